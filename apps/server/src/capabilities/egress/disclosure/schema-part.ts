import type { CatalogTable } from '@strongroom/protocol';
import { oneLine } from './one-line.ts';
import { mint, type Part } from './part.ts';

/**
 * Names, types and keys, one line a table.
 * INVARIANT: values that hide in metadata (labels of an enum, bounds of a CHECK or a partition, defaults) are not in
 * `CatalogTable`, and only the members named here are read.
 */
export function schemaPart(tables: readonly CatalogTable[]): Part {
  return mint('schema', tables.map(describeTable).join('\n'));
}

export function describeTable(
  table: Pick<CatalogTable, 'schema' | 'name' | 'columns' | 'primaryKey' | 'foreignKeys'>,
): string {
  const columns = table.columns.map((column) => `${column.name} ${column.type}${column.nullable ? '' : ' not null'}`);
  const key = table.primaryKey.length === 0 ? [] : [`primary key (${table.primaryKey.join(', ')})`];
  const references = table.foreignKeys.map(
    ({ columns: own, references: to }) =>
      `foreign key (${own.join(', ')}) references ${to.schema}.${to.table} (${to.columns.join(', ')})`,
  );
  return oneLine(`${table.schema}.${table.name} (${[...columns, ...key, ...references].join(', ')})`);
}
