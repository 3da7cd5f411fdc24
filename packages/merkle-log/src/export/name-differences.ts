/** An entry that is not what the tree holds at its place; leaf hashes in hexadecimal. */
export type Difference = { readonly position: number; readonly found: string; readonly signed: string };

/** What was done to the log, as far as it shows: altered, moved, inserted or removed. One sentence each. */
export function nameDifferences(differences: readonly Difference[]): string[] {
  const signedAt = new Map(differences.map(({ position, signed }) => [signed, position]));
  const shift = commonShift(differences, signedAt);
  if (shift !== null) return [shift];
  const foundAt = new Map(differences.map(({ position, found }) => [position, found]));
  const named = new Set<number>();
  return differences.flatMap(({ position, found }) => {
    if (named.has(position)) return [];
    const home = signedAt.get(found);
    if (home === undefined) return [`entry ${position} was altered`];
    const isExchange = signedAt.get(foundAt.get(home) ?? '') === position;
    if (!isExchange) return [`entry ${position} holds what belongs at ${home}`];
    named.add(home);
    return [`entries ${position} and ${home} were exchanged`];
  });
}

/** Everything from one entry on has moved by one place: something came in between, or went. */
function commonShift(differences: readonly Difference[], signedAt: ReadonlyMap<string, number>): string | null {
  const [first, second] = differences;
  if (first === undefined || second === undefined || differences.length < 3) return null;
  const movedBy = (by: number, some: readonly Difference[]): boolean =>
    some.every(({ position, found }) => signedAt.get(found) === position - by);
  if (movedBy(1, differences.slice(1))) return `an entry was inserted at ${first.position}`;
  if (movedBy(-1, differences.slice(0, -1))) return `an entry was removed at ${first.position} and the rest moved up`;
  return null;
}
