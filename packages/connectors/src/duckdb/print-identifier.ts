declare const printed: unique symbol;
/** SQL text made of quoted identifiers and fixed words alone. */
export type Printed = string & { readonly [printed]: true };

/** Any name as an identifier of DuckDB: quoted, its quotes doubled ("Keywords and Identifiers"). */
function quote(name: string): string {
  return `"${name.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

export const printRenameTable = (from: string, to: string) =>
  ['alter table', quote(from), 'rename to', quote(to)].join(' ') as Printed;
export const printRenameColumn = (table: string, from: string, to: string) =>
  ['alter table', quote(table), 'rename column', quote(from), 'to', quote(to)].join(' ') as Printed;
