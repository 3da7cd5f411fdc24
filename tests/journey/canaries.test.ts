import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type RunningServer,
  runCli,
  startPostgres,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanFolder } from './support/scan-folder.ts';
import { until } from './support/until.ts';

/** In rows alone: no name, comment or question has them. */
const CANARIES = ['canary-row-6f1d27b0', '918273645564738291', 'canary-cell-77aa31c4'];
const [WORD, NUMBER, CELL] = CANARIES as [string, string, string];

let folder: TemporaryFolder;
let postgres: TestPostgres;
let server: RunningServer;
let home: string;
let temp: string;
/** Of all servers of this test. */
let logs = '';

const start = () => startServer({ home, env: { STRONGROOM_SAMPLE: 'off', TMPDIR: temp, STRONGROOM_LOG: 'debug' } });

beforeAll(async () => {
  [folder, postgres] = await Promise.all([temporaryFolder('canaries'), startPostgres({ tcp: true })]);
  [home, temp] = [join(folder.path, 'home'), join(folder.path, 'temp')];
  await Promise.all([mkdir(home), mkdir(temp)]);
  await postgres.run(`
    create role reader login password 'secret';
    create table parcels (id int primary key, word text not null, amount bigint);
    insert into parcels select n, '${WORD}', ${NUMBER} from generate_series(1, 2000) as g(n);
    grant select on parcels to reader`);
  server = await start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres.stop();
  await folder[Symbol.asyncDispose]();
});

const strongroom = (args: readonly string[], input?: string) =>
  runCli(args, { env: { STRONGROOM_HOME: home }, cwd: folder.path, ...(input === undefined ? {} : { input }) });
async function good(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await strongroom(args, input);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

const query = (sql: string, accept: string) =>
  server.call('POST', 'sources/store/query', { body: { sql }, headers: { accept } });
const ENDLESS = 'select a.word, b.amount from parcels a, parcels b, parcels c';

/** Reads the first rows of an answer that would go on for hours, and resolves with its reader. */
async function readSome(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const answer = await server.call('POST', 'sources/store/query', {
    body: { sql: ENDLESS, limit: 10_000_000 },
    headers: { accept: 'application/x-ndjson' },
  });
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  expect(Buffer.from(value ?? []).toString()).toContain(WORD);
  return reader;
}

async function activeInSource(): Promise<number> {
  await using client = await postgres.connect();
  const { rows } = await client.query("select 1 from pg_stat_activity where usename = 'reader' and state = 'active'");
  return rows.length;
}

/** What lies on disks and in logs that are ours, by now. */
async function found(): Promise<string[]> {
  const written = `${logs}${server.output().stdout}${server.output().stderr}`;
  return [
    ...(await scanFolder(home, CANARIES)),
    ...(await scanFolder(temp, CANARIES)),
    ...CANARIES.filter((word) => written.includes(word)).map((word) => `${word} in the log`),
  ];
}

test('a core dump of the server, or of a program it started, would hold no memory', async () => {
  expect((await readFile(`/proc/${server.pid}/coredump_filter`, 'utf8')).trim()).toBe('00000000');
});

test('after a full journey no row, and no error about one, is on a disk or in a log of ours', async () => {
  await good(
    ['sources', 'add', 'postgres', 'store', '--url', '-'],
    postgres.url({ user: 'reader', password: 'secret' }),
  );
  await writeFile(join(folder.path, 'cells.csv'), `id,cell\n1,${CELL}\n`);
  await good(['sources', 'add', 'file', 'cells', 'cells.csv', '--header']);
  expect(await good(['query', 'select cell from cells', '--source', 'cells'])).toContain(CELL);

  for (const accept of [
    'application/json',
    'application/x-ndjson',
    'application/vnd.apache.arrow.stream',
    'application/vnd.strongroom.answer',
  ]) {
    const answer = await query('select word, amount from parcels order by id limit 3', accept);
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toContain(WORD);
    // Errors that the source quotes values in.
    for (const sql of ['select cast(word as int) from parcels', 'select amount * amount from parcels']) {
      const failed = await query(sql, accept);
      const text = Buffer.from(await failed.arrayBuffer()).toString('latin1');
      for (const canary of CANARIES)
        expect([sql, accept, text]).toEqual([sql, accept, expect.not.stringContaining(canary)]);
    }
  }
  expect(await good(['ask', 'How many parcels are there?', '--source', 'store'])).toMatch(/2,?000/);
  await strongroom(['ask', `Which parcels have the word ${'x'.repeat(5)}?`, '--source', 'store']);
  const reader = await readSome();
  await reader.cancel();
  await until('the query has ended in the source', async () => (await activeInSource()) === 0);
  await good(['sources', 'refresh', 'store']);

  await good(['ledger', 'export', 'log.ndjson']);
  const exported = await readFile(join(folder.path, 'log.ndjson'), 'utf8');
  for (const canary of CANARIES) expect(exported).not.toContain(canary);
  await server.stop();
  logs += server.output().stderr;
  server = await start();
  expect(await found()).toEqual([]);
  // Where there is one it is found.
  expect(await scanFolder(folder.path, CANARIES)).toEqual([`${CELL} in cells.csv`]);
});

test('after a kill in the middle of an answer neither, and the query ends in the source', async () => {
  const reader = await readSome();
  await server.kill();
  logs += server.output().stderr;
  await reader.cancel().catch(() => {});
  await until('the query has ended in the source', async () => (await activeInSource()) === 0);
  server = await start();
  expect(await good(['ledger', 'verify'])).toContain('OK');
  expect(await found()).toEqual([]);
});

test('after a crash in the middle of an answer neither', async () => {
  const reader = await readSome();
  process.kill(server.pid, 'SIGABRT');
  await server.exited;
  logs += server.output().stderr;
  await reader.cancel().catch(() => {});
  server = await start();
  expect(await found()).toEqual([]);
});
