import pg from 'pg';
import { describe, expect, test } from 'vitest';
import type { Holding } from '#contracts';
import { holdings, migrations } from './migrations.ts';
import { holdings as platformHoldings } from './platform/database/holdings.ts';
import { startTestDatabase } from './platform/database/test-database.ts';

/** Columns, as `table.column`, of which a database has more than the holdings name, and fewer (`not there: …`). */
function wrongFields(
  columns: readonly { readonly table: string; readonly column: string }[],
  holdings: readonly Holding[],
): string[] {
  const named = new Set(
    holdings
      .filter(({ place }) => place === 'table')
      .flatMap(({ name, fields }) => Object.keys(fields).map((field) => `${name}.${field}`)),
  );
  const present = columns
    .filter(({ column }) => column !== 'workspace_id')
    .map(({ table, column }) => `${table}.${column}`);
  const invented = [...named].filter((field) => !present.includes(field)).map((field) => `not there: ${field}`);
  return [...present.filter((field) => !named.has(field)), ...invented];
}

describe('every column is accounted for', () => {
  test('one that no holding names, and one that is not there, are refused', () => {
    const holding = { place: 'table', name: 'things', fields: { colour: 'red' } } as unknown as Holding;
    const columns = [
      { table: 'things', column: 'workspace_id' },
      { table: 'things', column: 'weight' },
    ];
    expect(wrongFields(columns, [holding])).toEqual(['things.weight', 'not there: things.colour']);
    expect(wrongFields([{ table: 'things', column: 'colour' }], [holding])).toEqual([]);
  });

  test('none of ours is left out, as a real database has them', async () => {
    await using started = await startTestDatabase(migrations);
    const { socketFolder: host, port } = started.address;
    const owner = new pg.Client({ host, port, user: 'postgres', password: 'owner', database: 'strongroom' });
    await owner.connect();
    const { rows } = await owner.query<{ table: string; column: string }>(
      `select table_name as "table", column_name as "column" from information_schema.columns
       where table_schema = 'strongroom' order by table_name, ordinal_position`,
    );
    await owner.end();
    expect(rows.length).toBeGreaterThan(100);
    expect(wrongFields(rows, [...holdings, ...platformHoldings])).toEqual([]);
  });
});
