import { DuckDBInstance } from '@duckdb/node-api';
import { ProblemError } from '@strongroom/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { AskerPolicy } from './policy.ts';
import {
  denied,
  inferences,
  notAllowed,
  notSelect,
  onHiddenRows,
  onHiddenRowsOfPostgres,
} from './test-policy-attempts.ts';
import { type Engine, engines, policy, schema } from './test-policy-world.ts';
import { comparable } from './test-rows.ts';
import { testSchema } from './test-schema.ts';

const guard = createGuard();
afterAll(() => guard.close());

const CANARIES = /canary|4242\d\d|0505050505050505/i;

describe.each([...engines].map(([name, { dialect }]) => ({ name, dialect })))('on $name', ({ name, dialect }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await engines.get(name)!.open();
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  /** What an asker could learn at most: more than they do, since a source's errors and notices never reach them. */
  async function ask(sql: string): Promise<{ code: string; rows: unknown[][]; told: string }> {
    engine.notices();
    try {
      const { checked, rules, plan } = await guard.check({ sql, dialect, schema, policy, rowsMax: 1000 });
      const rows = await engine.rows(checked);
      return { code: 'answered', rows, told: JSON.stringify([rows, engine.notices(), rules, plan, checked.text]) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const told = JSON.stringify([error.name, error.message, error.stack, Object.entries(error), engine.notices()]);
      return { code: error instanceof ProblemError ? error.code : 'failed', rows: [], told };
    }
  }

  const everywhere = onHiddenRows.map((sql) => [sql, dialect !== 'postgres'] as const);
  const onlyThere = dialect === 'postgres' ? onHiddenRowsOfPostgres.map((sql) => [sql, false] as const) : [];
  test.each([...everywhere, ...onlyThere])('nothing of what a policy hides is told: %s', async (sql, mayBeUnknown) => {
    const { code, told } = await ask(sql);
    expect(told).not.toMatch(CANARIES);
    const expected = mayBeUnknown && code === 'query/not_supported_here' ? code : 'answered';
    expect([told, code]).toEqual([told, expected]);
  });

  test.each([
    ...denied.map((sql) => ['query/denied', sql]),
    ...notAllowed.map((sql) => ['query/not_allowed', sql]),
    ...notSelect.map((sql) => ['query/not_select', sql]),
  ])('%s: %s', async (expected, sql) => {
    const { code, told } = await ask(sql);
    expect(told).not.toMatch(CANARIES);
    expect(code).toBe(expected);
  });

  test.each(inferences)('what is masked or hidden can not be inferred: %s', async (sql, rows) => {
    const { code, rows: got } = await ask(sql);
    expect(JSON.stringify(got)).not.toMatch(CANARIES);
    const isUnknown = dialect === 'mariadb' && code === 'query/not_supported_here';
    expect([code, comparable(got)]).toEqual(isUnknown ? [code, []] : ['answered', rows]);
  });
});

describe('whether a constant can be read does not tell that there is a hidden row, on DuckDB', () => {
  // What DuckDB asks of a row last, and what it reads of a constant only when there is a row to compare with.
  const filter = "team like '%e%d' and lower(upper(team)) like 'r%'";
  const times = testSchema({
    'public.times': [
      'id integer',
      'team text',
      'day date',
      'stamp timestamp without time zone',
      'zoned timestamp with time zone',
      'hour time without time zone',
      'key uuid',
    ],
  });
  const quiet: AskerPolicy = {
    tables: [{ schema: 'public', table: 'times', grants: [{ filter, denied: [], masks: {} }] }],
    attributes: {},
    pseudonymKey: null,
  };
  test.each([
    "day > 'x'",
    "day > date 'x'",
    "day between 'x' and 'y'",
    "day in ('x', 'y')",
    "'x' = day",
    "not (day = 'x')",
    "(day = 'x' or id = 1)",
    "stamp > 'x'",
    "stamp > timestamp '999999-01-01'",
    "zoned > 'x'",
    "hour > 'x'",
    "key = 'x'",
    "id = 99999999999 or id = 5 and day > 'x'",
  ])('%s', async (condition) => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`create schema if not exists public;
      create table public.times (id int, team text, day date, stamp timestamp, zoned timestamptz, hour time, key uuid);
      insert into public.times values (5, 'blue', '2020-01-01', '2020-01-01', '2020-01-01', '10:00', uuid());`);
    for (const where of [condition, `id = 5 and ${condition}`, `${condition} and id > 4`]) {
      const sql = `select count(*) from times where ${where}`;
      const { checked } = await guard.check({ sql, dialect: 'duckdb', schema: times, policy: quiet, rowsMax: 10 });
      expect((await connection.runAndReadAll(checked.text)).getRowsJson(), checked.text).toEqual([['0']]);
    }
  });
});
