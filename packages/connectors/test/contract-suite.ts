import { tableFromIPC } from 'apache-arrow';
import type { AnswerColumn, Dialect, ProblemError } from '@strongroom/protocol';
import { inspect } from 'node:util';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connector, RowStream, RunLimits } from '../src/contract.ts';
import { rowsFromArrow } from '../src/rows-from-arrow.ts';
import { uncheckedSql } from './checked-sql.ts';

export const LIMITS: RunLimits = { rows: 10_000_000, bytes: 2 ** 33, timeoutMs: 60_000 };

/** A source with the table `people`, which holds the rows of PEOPLE_CSV, and no other. */
export type Fixture = {
  readonly connector: Connector;
  readonly dialect: Dialect;
  readonly table: string;
  /** Reads ten million rows of two columns, at once. */
  readonly manyRows: string;
  /** Works for minutes without a row. */
  readonly longWork: string;
  /** Resolves when the source no longer works on `longWork` or `manyRows`. */
  waitUntilIdle(): Promise<void>;
  stop(): Promise<void>;
};

export const PEOPLE_CSV =
  'id,name,note,born\n1,Ann,"",2001-01-31\n2,"Bo 😀, \'x\'",,1999-12-31\n9007199254740993,canary-7f3a,"a\nb",0044-03-15\n';

export async function readAll(stream: RowStream): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const batch of rowsFromArrow(stream.chunks)) rows.push(...batch);
  return rows;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

export async function problemOf(work: Promise<unknown>): Promise<ProblemError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error, 'a ProblemError').toHaveProperty('code');
  return error as ProblemError;
}

/**
 * What every engine must do; run for each. `isThere`: whether this machine has the engine. `isOlder`: it is there in a newer version
 * too, and what has nothing to do with the version is left to that one.
 */
export function contractSuite(
  name: string,
  open: () => Promise<Fixture>,
  { isThere = true, isOlder = false } = {},
): void {
  describe.skipIf(!isThere)(`${name} keeps the connector contract`, () => {
    let fixture: Fixture;
    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture?.stop());
    const run = (text: string, limits: Partial<RunLimits> = {}, signal?: AbortSignal, rowsMax?: number) =>
      fixture.connector.run(uncheckedSql(fixture.dialect, text, rowsMax), { ...LIMITS, ...limits }, signal);
    const runAll = async (text: string, limits: Partial<RunLimits> = {}, signal?: AbortSignal) =>
      readAll(await run(text, limits, signal));
    const people = (columns: string) => `select ${columns} from ${fixture.table} order by id`;

    test('values survive: beyond 2^53, empty string and NULL apart, emoji, quotes, line breaks, old dates', async () => {
      expect(await runAll(people('id, name, note, born'))).toEqual([
        [1, 'Ann', '', '2001-01-31'],
        [2, "Bo 😀, 'x'", null, '1999-12-31'],
        ['9007199254740993', 'canary-7f3a', 'a\nb', '0044-03-15'],
      ]);
    });

    test('columns have canonical PostgreSQL type names and kinds, in the stream as beside it', async () => {
      const stream = await run(people('id, name, born'));
      const expected: AnswerColumn[] = [
        { name: 'id', type: 'bigint', kind: 'integer' },
        { name: 'name', type: 'text', kind: 'text' },
        { name: 'born', type: 'date', kind: 'date' },
      ];
      expect(stream.columns).toEqual(expected);
      const table = tableFromIPC(await collect(stream.chunks));
      expect(
        table.schema.fields.map(({ name: field, metadata }) => ({
          name: field,
          type: metadata.get('strongroom.type'),
          kind: metadata.get('strongroom.kind'),
        })),
      ).toEqual(expected);
    });

    test('an answer without rows still has its columns, and is complete', async () => {
      const stream = await run(`select id from ${fixture.table} where id < 0`);
      expect(stream.columns).toHaveLength(1);
      expect(await readAll(stream)).toEqual([]);
      expect(await stream.completion).toEqual({ rowCount: 0, complete: true, limit: null });
    });

    test('the row after the last allowed one is not delivered and says that there is more', async () => {
      const stream = await run(`${people('id')} limit 3`, {}, undefined, 2);
      expect(await readAll(stream)).toHaveLength(2);
      expect(await stream.completion).toEqual({ rowCount: 2, complete: false, limit: 'rows' });
      const exact = await run(`${people('id')} limit 4`, {}, undefined, 3);
      expect(await readAll(exact)).toHaveLength(3);
      expect(await exact.completion).toEqual({ rowCount: 3, complete: true, limit: null });
    });

    test('a limit met in the middle stops the source, and the answer is well formed', async () => {
      for (const [limits, limit] of [
        [{ rows: 5000 }, 'rows'],
        [{ bytes: 200_000 }, 'bytes'],
      ] as const) {
        const stream = await run(fixture.manyRows, limits);
        const table = tableFromIPC(await collect(stream.chunks));
        const completion = await stream.completion;
        expect(completion).toMatchObject({ complete: false, limit, rowCount: table.numRows });
        if (limit === 'rows') expect(table.numRows).toBe(5000);
        await fixture.waitUntilIdle();
      }
    });

    test('work beyond the time limit ends as run/timeout, in the source too', async () => {
      expect(await problemOf(runAll(fixture.longWork, { timeoutMs: 300 }))).toMatchObject({
        code: 'run/timeout',
        status: 504,
      });
      await fixture.waitUntilIdle();
    });

    test('aborting cancels in the source', async () => {
      const controller = new AbortController();
      const work = runAll(fixture.longWork, {}, controller.signal);
      await turn();
      controller.abort();
      expect(await problemOf(work)).toMatchObject({ code: 'run/cancelled', status: 499 });
      await fixture.waitUntilIdle();
    });

    test('aborting while rows flow cancels in the source, and no further chunk comes', async () => {
      const controller = new AbortController();
      const stream = await run(fixture.manyRows, {}, controller.signal);
      const iterator = stream.chunks[Symbol.asyncIterator]();
      await iterator.next();
      controller.abort();
      expect(await problemOf(iterator.next())).toMatchObject({ code: 'run/cancelled' });
      expect(await problemOf(stream.completion)).toMatchObject({ code: 'run/cancelled' });
      await fixture.waitUntilIdle();
    });

    test('a reader that leaves early cancels in the source', async () => {
      const stream = await run(fixture.manyRows);
      for await (const _chunk of stream.chunks) break;
      expect(await problemOf(stream.completion)).toMatchObject({ code: 'run/cancelled' });
      await fixture.waitUntilIdle();
    });

    test('a signal that is aborted already runs nothing', async () => {
      expect(await problemOf(run(people('id'), {}, AbortSignal.abort()))).toMatchObject({ code: 'run/cancelled' });
    });

    test('an unknown table and an unknown column get the same refusal', async () => {
      const table = await problemOf(runAll('select 1 from nowhere.nothing'));
      const column = await problemOf(runAll(`select nothing from ${fixture.table}`));
      expect(table).toMatchObject({ code: 'query/denied', status: 403 });
      expect({ code: column.code, message: column.message, members: column.members }).toEqual({
        code: table.code,
        message: table.message,
        members: table.members,
      });
    });

    test('a failing value is told as run/type, and is nowhere in the error', async () => {
      const error = await problemOf(runAll(`select cast(name as integer) from ${fixture.table} where id > 100`));
      expect(error).toMatchObject({ code: 'run/type', status: 422 });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
    });

    test('a value that fails late fails the whole answer, without a word of it', async () => {
      const error = await problemOf(
        runAll(`select cast(case when id < 100 then '1' else name end as integer) from ${fixture.table} order by id`),
      );
      expect(error.code).toBe('run/type');
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
    });

    test('writes, settings and second statements are refused even when no guard looked', async () => {
      for (const text of [
        'create table public_x (a int)',
        `delete from ${fixture.table}`,
        `select 1; drop table ${fixture.table}`,
        'commit',
      ]) {
        expect((await problemOf(runAll(text))).code).toMatch(/^(run|query)\//);
      }
      expect(await runAll(`select count(*) from ${fixture.table}`)).toEqual([[3]]);
    });

    test('after a failure the next query works', async () => {
      await problemOf(runAll('select ('));
      expect(await runAll(people('id'))).toHaveLength(3);
    });

    test('several queries at once each get their own rows', async () => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          runAll(`select id from ${fixture.table} where id = ${(index % 2) + 1}`),
        ),
      );
      expect(answers.map((rows) => rows[0]?.[0])).toEqual([1, 2, 1, 2, 1, 2]);
    });

    test.skipIf(isOlder)('a million rows grow this process by less than 150 MB, read fast or slowly', async () => {
      await readAll(await run(`${fixture.manyRows} limit 100000`));
      const before = process.memoryUsage.rss();
      let most = 0;
      const look = () => (most = Math.max(most, process.memoryUsage.rss() - before));
      const fast = await run(`${fixture.manyRows} limit 1000000`);
      for await (const _chunk of fast.chunks) look();
      expect((await fast.completion).rowCount).toBe(1_000_000);
      const slow = await run(`${fixture.manyRows} limit 1000000`);
      let chunks = 0;
      for await (const _chunk of slow.chunks) {
        chunks += 1;
        for (let turns = 0; turns < 300; turns += 1) await turn();
        look();
      }
      expect(chunks).toBeGreaterThan(3);
      expect(most).toBeLessThan(150 * 2 ** 20);
    });

    test('introspection finds the table, its columns and types, and no value', async () => {
      const schema = await fixture.connector.introspect();
      expect(schema.tables).toHaveLength(1);
      expect(schema.tables[0]!.columns.map(({ name: column, type, kind }) => [column, type, kind])).toEqual([
        ['id', 'bigint', 'integer'],
        ['name', 'text', 'text'],
        ['note', 'text', 'text'],
        ['born', 'date', 'date'],
      ]);
      expect(JSON.stringify(schema)).not.toContain('canary');
    });

    test('closing ends what runs', async () => {
      const stream = await run(fixture.manyRows);
      const work = problemOf(readAll(stream));
      await fixture.connector.close();
      expect((await work).code).toMatch(/^run\//);
      expect((await problemOf(run(people('id')))).code).toBe('run/cancelled');
    });
  });
}
