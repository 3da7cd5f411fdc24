/** What `countOrNone` has read, as it is sent. */
export function orNull(count: number | 'none'): number | null {
  return count === 'none' ? null : count;
}
