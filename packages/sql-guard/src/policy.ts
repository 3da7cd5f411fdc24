import type { SchemaColumn, SchemaTable } from '@strongroom/protocol';

/** `null`: no value at all. `pseudonym`: the same for the same value, and of no use elsewhere. `partial`: a part of a text. */
export const MASKS = ['null', 'pseudonym', 'partial'] as const;
export type Mask = (typeof MASKS)[number];

/** What one grant shows of a table. A column it says nothing of is clear. */
export type TableGrant = {
  /** SQL over the table's columns, with `{{user.email}}` and the like for the asker's attributes; null: every row. */
  readonly filter: string | null;
  readonly denied: readonly string[];
  readonly masks: Readonly<Record<string, Mask>>;
};

/** The grants of a table that hold for an asker; one at least. */
export type TablePolicy = { readonly schema: string; readonly table: string; readonly grants: readonly TableGrant[] };

/** What one asker may see of a source. INVARIANT: a table that is not in it is hidden. */
export type AskerPolicy = {
  readonly tables: readonly TablePolicy[];
  /** By the name in `{{…}}`, e.g. `user.attributes.region`. One that is not here is NULL: compared with it a filter admits nothing. */
  readonly attributes: Readonly<Record<string, string>>;
  /** 32 bytes, of the workspace; needed where a mask is `pseudonym`. */
  readonly pseudonymKey: Uint8Array | null;
};

/** How a grant shows a column. */
export type Showing = 'clear' | Mask | 'denied';

export function showingOf(grant: TableGrant, column: string): Showing {
  if (grant.denied.includes(column)) return 'denied';
  return Object.hasOwn(grant.masks, column) ? grant.masks[column]! : 'clear';
}

/**
 * The part of a schema that the asker may name: tables of the policy, without columns that every grant denies; the type of a masked
 * column is that of what stands for it. Keys are left out that such columns have a part in.
 */
export function visibleTables<Table extends SchemaTable>(
  tables: readonly Table[],
  policy: Pick<AskerPolicy, 'tables'> | null,
): readonly Table[] {
  if (policy === null) return tables;
  const shown: Table[] = [];
  for (const table of tables) {
    const found = policyOf(policy, table.schema, table.name);
    if (found !== null) shown.push(visibleTable(table, found));
  }
  const isClear = (schemaName: string, name: string, columns: readonly string[]): boolean => {
    const grants = policyOf(policy, schemaName, name)?.grants ?? [];
    return grants.length > 0 && columns.every((column) => isClearFor(grants, column));
  };
  return shown.map((table) => ({
    ...table,
    primaryKey: isClear(table.schema, table.name, table.primaryKey) ? table.primaryKey : [],
    uniqueKeys: table.uniqueKeys.filter((key) => isClear(table.schema, table.name, key)),
    foreignKeys: table.foreignKeys.filter(
      ({ columns, references }) =>
        isClear(table.schema, table.name, columns) && isClear(references.schema, references.table, references.columns),
    ),
  }));
}

const indexes = new WeakMap<readonly TablePolicy[], ReadonlyMap<string, TablePolicy>>();

export function policyOf({ tables }: Pick<AskerPolicy, 'tables'>, schema: string, table: string): TablePolicy | null {
  let index = indexes.get(tables);
  if (index === undefined) {
    index = new Map(tables.map((one) => [JSON.stringify([one.schema, one.table]), one]));
    indexes.set(tables, index);
  }
  return index.get(JSON.stringify([schema, table])) ?? null;
}

/**
 * Whether the column is shown as it is on every row that is shown at all: by each grant, or by one that admits every row.
 * A column is clear on a row only if a grant that admits that row shows it clear.
 */
export function isClearFor(grants: readonly TableGrant[], column: string): boolean {
  const showings = grants.map((grant) => showingOf(grant, column));
  return (
    showings.every((showing) => showing === 'clear') ||
    grants.some(({ filter }, at) => filter === null && showings[at] === 'clear')
  );
}

/**
 * Whether each column that a grant denies or masks is there. One that is not may be there under another name, which nothing hides:
 * whoever wrote the policy must look at it again.
 */
export function fitsColumns(grants: readonly TableGrant[], columns: ReadonlySet<string>): boolean {
  return grants.every(({ denied, masks }) => [...denied, ...Object.keys(masks)].every((name) => columns.has(name)));
}

/** Whether what is shown is a text in place of the value's own type. */
export function isTextFor(grants: readonly TableGrant[], column: string): boolean {
  return (
    !isClearFor(grants, column) && grants.some((grant) => ['pseudonym', 'partial'].includes(showingOf(grant, column)))
  );
}

function visibleTable<Table extends SchemaTable>(table: Table, { grants }: TablePolicy): Table {
  return { ...table, columns: table.columns.flatMap((column) => visibleColumn(column, grants)) };
}

function visibleColumn(column: SchemaColumn, grants: readonly TableGrant[]): SchemaColumn[] {
  if (grants.every((grant) => showingOf(grant, column.name) === 'denied')) return [];
  if (isClearFor(grants, column.name)) return [column];
  const masked = { ...column, nullable: true };
  return [isTextFor(grants, column.name) ? { ...masked, type: 'text', kind: 'text' } : masked];
}

/** Whether a column of that canonical type holds texts. */
export function isTextType(type: string): boolean {
  return /^(text|character varying|character|name|citext)\b/.test(type);
}
