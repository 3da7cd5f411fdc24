import { attributesSchema, type Person } from '@strongroom/protocol';

/** One attribute as it is typed; `key` tells the rows apart while their names change. */
export type AttributeRow = { key: number; name: string; value: string };

export function rowsOf(attributes: Person['attributes']): AttributeRow[] {
  return Object.entries(attributes).map(([name, value], key) => ({ key, name, value }));
}

/** What stands in the way of a row, in words; null when nothing does. A row without a name and value is not looked at. */
export function wrongWith(row: AttributeRow, rows: readonly AttributeRow[]): string | null {
  if (isEmpty(row)) return null;
  if (!attributesSchema.safeParse({ [row.name]: '' }).success) return 'Letters, digits, _ and - only';
  const twice = rows.some((other) => other.key < row.key && other.name === row.name);
  return twice ? `${row.name} is there already` : null;
}

/** All of them: what is not in a row goes. */
export function attributesOf(rows: readonly AttributeRow[]): Person['attributes'] {
  return Object.fromEntries(rows.filter((row) => !isEmpty(row)).map(({ name, value }) => [name, value]));
}

/** `region=north`, as the command line writes them. */
export function attributesInShort(attributes: Person['attributes']): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

function isEmpty({ name, value }: AttributeRow): boolean {
  return name === '' && value === '';
}
