import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceSchema } from '@strongroom/protocol';
import type { Client } from 'pg';
import { comparable } from './test-rows.ts';
import { testSchema } from './test-schema.ts';

// For tests: what analysts really write, of the defog collection.

type Question = { db: string; query: string };

/** By database. Alternatives are several queries. */
export async function defogQueries(folder: string): Promise<Map<string, string[]>> {
  const questions = JSON.parse(await readFile(join(folder, 'questions.json'), 'utf8')) as Question[];
  const databases = ['advising', 'broker', 'ewallet', 'geography', 'restaurants'];
  return new Map(databases.map((name) => [name, questions.filter(({ db }) => db === name).flatMap(queries)]));
}

/** The same text for the same rows, whichever comes first. */
export function inAnyOrder(rows: readonly unknown[]): string {
  return comparable(rows)
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n');
}

/** Alternatives are parted by `;`, alternative columns stand in braces. */
function queries({ query }: Question): string[] {
  return query
    .split(';')
    .map((text) => text.replaceAll(/[{}]/g, '').trim())
    .filter((text) => text !== '');
}

export async function schemaOf(client: Client): Promise<SourceSchema> {
  const { rows } = await client.query<{ table: string; column: string; type: string }>(`
    select n.nspname || '.' || c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and n.nspname not in ('pg_catalog', 'information_schema') order by 1, a.attnum`);
  const tables: Record<string, string[]> = {};
  for (const { table, column, type } of rows) (tables[table] ??= []).push(`${column} ${type}`);
  return testSchema(tables);
}
