import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { RunningServer, TestPostgres } from '@strongroom/testkit';
import { tableFromIPC } from 'apache-arrow';
import pg from 'pg';
import QueryStream from 'pg-query-stream';
import { Client } from 'undici';
import { besideBound, compareTimesOfMany, type Figure } from './compare.ts';
import { growthMb } from './memory.ts';
import { type QueryWorld, ROWS } from './query-world.ts';

const SQL = 'select id, at, amount, label, flag, ratio from wide';
const ARROW = 'application/vnd.apache.arrow.stream';
const NDJSON = 'application/x-ndjson';
const ROUNDS = 5;
const GROWTH_MB_MAX = 150;

/** All rows to an HTTP client that drops them, beside the source's own copying, and what most programs do. */
export async function* measureStreams({ server, postgres }: QueryWorld): AsyncGenerator<Figure> {
  const client = new Client(server.url);
  const ask = createAsking(client, server);
  await requireSameRows(ask);
  const psql = findPsql();
  if (psql === null)
    process.stderr.write(
      'bench/no_psql: there is no program `psql` (postgresql-client): no row is measured beside it\n',
    );

  const copy = psql === null ? {} : { 'psql COPY TO STDOUT': () => copyOut(psql, postgres, 'ignore') };
  if (psql !== null && (await copyOut(psql, postgres, 'pipe')) !== ROWS) throw new Error('psql gave other rows');
  const naive = { 'pg-query-stream, JSON.stringify': () => stringifyEach(postgres) };
  for (const figure of await compareTimesOfMany('1M x 6 rows as Arrow', ROUNDS, () => ask(ARROW), {
    ...copy,
    ...naive,
  }))
    yield { ...figure, name: `${figure.name} (at most ${figure.peerName in copy ? 1.2 : 0.2} x)` };
  for (const figure of await compareTimesOfMany('1M x 6 rows as NDJSON', ROUNDS, () => ask(NDJSON), copy))
    yield { ...figure, name: `${figure.name} (at most 2.5 x)` };

  for (const [name, format] of [
    ['Arrow', ARROW],
    ['NDJSON', NDJSON],
  ] as const) {
    const grownMb = await growthMb(server.pid, () => ask(format));
    yield besideBound(`server memory, 1M rows as ${name}`, grownMb, GROWTH_MB_MAX, 'MB', 'lower');
  }
  await client.close();
}

type Ask = (format: string, read?: (chunk: Buffer) => void) => Promise<number>;

/** Resolves with how many rows the server says that it sent, all of them. */
function createAsking(client: Client, server: RunningServer): Ask {
  return async (format, read) => {
    const answer = await client.request({
      method: 'POST',
      path: '/api/v1/sources/wide/query',
      headers: { authorization: `Bearer ${server.adminToken}`, accept: format, 'content-type': 'application/json' },
      body: JSON.stringify({ sql: SQL, limit: ROWS }),
    });
    if (answer.statusCode !== 200) throw new Error(`the query was refused: ${await answer.body.text()}`);
    for await (const chunk of answer.body) read?.(chunk as Buffer);
    const { 'strongroom-complete': complete, 'strongroom-row-count': rowCount } = answer.trailers;
    if (complete !== 'true') throw new Error('the answer is not complete');
    return Number(rowCount);
  };
}

/** Before any time is measured: that what is counted by its trailer alone is there in both formats. */
async function requireSameRows(ask: Ask): Promise<void> {
  const pieces: Buffer[] = [];
  await ask(ARROW, (chunk) => pieces.push(chunk));
  const table = tableFromIPC(Buffer.concat(pieces));
  let lines = 0;
  await ask(NDJSON, (chunk) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  });
  if (table.numRows !== ROWS || table.numCols !== 6 || lines !== ROWS)
    throw new Error(`the formats hold ${table.numRows} and ${lines} rows`);
}

/** On the path, else where Debian puts it. */
function findPsql(): string | null {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'psql'));
  return [...onPath, ...globSync('/usr/lib/postgresql/*/bin/psql')].find((path) => existsSync(path)) ?? null;
}

/** `pipe`: its rows are counted, which takes time of its own; `ignore`: they are dropped. */
async function copyOut(psql: string, postgres: TestPostgres, output: 'pipe' | 'ignore'): Promise<number> {
  const args = ['-X', '-q', '-d', postgres.url(), '-c', `copy (${SQL}) to stdout`];
  const child: ChildProcess = spawn(psql, args, { stdio: ['ignore', output, 'inherit'] });
  let lines = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`psql ended with ${String(code)}`);
  return output === 'pipe' ? lines : ROWS;
}

async function stringifyEach(postgres: TestPostgres): Promise<number> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  let count = 0;
  for await (const row of client.query(new QueryStream(SQL))) if (JSON.stringify(row).length > 0) count += 1;
  await client.end();
  return count;
}
