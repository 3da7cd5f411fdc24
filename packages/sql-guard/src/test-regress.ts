import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Node } from '@pgsql/types';
import type { SourceSchema } from '@strongroom/protocol';
import { parseSync } from 'libpg-query';
import './parse.ts';
import { testSchema } from './test-schema.ts';

/** A statement of PostgreSQL’s own regression suite, as the folder `pg-regress` of `sharedData` holds them. */
export type RegressStatement = { file: string; n: number; type: string; flags?: string[]; sql: string };

export async function regressStatements(folder: string): Promise<RegressStatement[]> {
  return gunzipSync(await readFile(join(folder, 'statements.jsonl.gz')))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RegressStatement);
}

/** The tables that each file creates, as far as their columns are written out. */
export function schemasByFile(all: readonly RegressStatement[]): Map<string, SourceSchema> {
  const shared = new Map<string, string[]>();
  const byFile = new Map<string, Map<string, string[]>>();
  for (const { file, type, sql } of all) {
    const tables = byFile.get(file) ?? new Map<string, string[]>();
    byFile.set(file, tables);
    if (type !== 'CreateStmt') continue;
    const create = (
      parseSync(sql).stmts![0]!.stmt as { CreateStmt: { relation: { relname: string }; tableElts?: Node[] } }
    ).CreateStmt;
    const columns = (create.tableElts ?? []).flatMap((element) =>
      'ColumnDef' in element ? [`${element.ColumnDef.colname} text`] : [],
    );
    tables.set(create.relation.relname, columns);
    if (file === 'test_setup.sql') shared.set(create.relation.relname, columns);
  }
  return new Map(
    [...byFile].map(([file, tables]) => [
      file,
      testSchema(Object.fromEntries([...shared, ...tables].map(([name, columns]) => [`public.${name}`, columns]))),
    ]),
  );
}
