import type { ProblemError } from '@strongroom/protocol';
import { sharedData } from '@strongroom/testkit';
import { parseSync } from 'libpg-query';
import { expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { REFUSALS } from './refusal.ts';
import { regressStatements, schemasByFile } from './test-regress.ts';
import { eachNode } from './tree.ts';
import './parse.ts';

const folder = sharedData('pg-regress');

test.skipIf(folder === null)(
  'of PostgreSQL’s own regression suite, nothing but plain SELECTs passes, and of those the plan names the tables that the parser found',
  async () => {
    await using stack = new AsyncDisposableStack();
    const guard = createGuard({ workers: 2, timeoutMs: 30_000 });
    stack.defer(() => guard.close());
    const all = await regressStatements(folder!);
    const schemas = schemasByFile(all);
    const counts = { accepted: 0, refused: 0, withTables: 0 };
    const wrong: string[] = [];

    await Promise.all(
      chunks(all, 8).map(async (chunk) => {
        for (const { file, n, type, flags, sql } of chunk) {
          const answer = await guard
            .check({ sql, dialect: 'postgres', schema: schemas.get(file)!, rowsMax: 1000 })
            .catch((error: ProblemError) => error);
          if ('code' in answer) {
            counts.refused += 1;
            if (!(answer.code in REFUSALS) || answer.code === 'query/too_complex')
              wrong.push(`${file} ${n}: ${answer.code}`);
            continue;
          }
          counts.accepted += 1;
          const tables = answer.plan.relations.map((relation) => relation.table);
          if (tables.length > 0) counts.withTables += 1;
          if (
            type !== 'SelectStmt' ||
            (flags ?? []).some((flag) => ['select_into', 'modifying_cte', 'locking'].includes(flag))
          )
            wrong.push(`${file} ${n}: accepted ${type} ${flags?.join()}`);
          if (!sameTables(sql, tables)) wrong.push(`${file} ${n}: ${tables.join()}`);
          if (!sameTables(answer.checked.text, tables))
            wrong.push(`${file} ${n}: printed with other tables than ${tables.join()}`);
        }
      }),
    );

    expect(wrong).toEqual([]);
    expect(counts.accepted + counts.refused).toBe(all.length);
    // What makes the comparison above mean something.
    expect(counts.withTables).toBeGreaterThan(1_000);
  },
);

/** Every name that the parser reads as a table is planned, but for those of WITH, which may be either; nothing else is. */
function sameTables(sql: string, planned: string[]): boolean {
  const named = new Set<string>();
  const withNames = new Set<string>();
  eachNode(parseSync(sql), (type, node) => {
    if (type === 'RangeVar') named.add(String(node['relname']));
    if (type === 'CommonTableExpr') withNames.add(String(node['ctename']));
  });
  const distinct = new Set(planned);
  return (
    [...distinct].every((table) => named.has(table)) &&
    [...named].every((table) => distinct.has(table) || withNames.has(table))
  );
}

function chunks<T>(items: T[], count: number): T[][] {
  return Array.from({ length: count }, (_, chunk) => items.filter((_item, index) => index % count === chunk));
}
