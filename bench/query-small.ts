import { join } from 'node:path';
import { deriveSecret, loadClusterSecret } from '@strongroom/keyring';
import type { RunningServer } from '@strongroom/testkit';
import pg from 'pg';
import { Pool } from 'undici';
import { besideBound, type Figure, median, mediansOf } from './compare.ts';
import type { QueryWorld } from './query-world.ts';

const pointOf = (id: number): string => `select id, label from wide where id = ${id}`;
const POINT = pointOf(4711);
const SUMMARY = 'select label, count(*), sum(amount) from wide where id <= 20000 group by label order by label';
const TURNS = 400;
const WARM_UP = 50;
const ADDED_MS_MAX = 2;
const CLIENTS = 32;
const THROUGHPUT_RATIO = 0.7;
const ROUNDS = 3;

type Work = (turn: number) => Promise<unknown>;

/** One query after another, then of many people at once; beside warm connections that ask the source directly. */
export async function* measureSmall({ server, postgres }: QueryWorld): AsyncGenerator<Figure> {
  await using stack = new AsyncDisposableStack();
  const connectDirect = async (): Promise<pg.Client> => {
    const client = stack.adopt(new pg.Client({ connectionString: postgres.url() }), (open) => open.end());
    await client.connect();
    return client;
  };
  const http = stack.adopt(new Pool(server.url, { connections: CLIENTS }), (open) => open.close());
  const direct = await connectDirect();
  await requireSameRows(http, server.adminToken, direct);
  const commit = await createCommitting(server, stack);
  for (const [name, sqlOf] of [
    ['a small query', () => POINT],
    ['another small query each time', (turn: number) => pointOf(turn + WARM_UP + 1)],
  ] as const) {
    const p50 = await mediansOfTurns({
      ours: (turn) => ask(http, server.adminToken, sqlOf(turn)),
      direct: (turn) => direct.query(sqlOf(turn)),
      commit,
    });
    const beside = {
      ours: p50.ours,
      peer: p50.direct,
      peerName: 'a warm pg connection',
      unit: 'ms',
      better: 'lower',
    } as const;
    yield { name: `${name}, p50`, ...beside, ratio: p50.ours / p50.direct };
    const boundMs = ADDED_MS_MAX + p50.commit;
    const added = besideBound(`what ${name} adds, p50`, p50.ours - p50.direct, boundMs, 'ms', 'lower');
    yield { ...added, peerName: `${ADDED_MS_MAX} ms and a durable commit of ${p50.commit.toFixed(2)} ms:` };
  }

  const directs = await Promise.all(Array.from({ length: CLIENTS }, connectDirect));
  const tokens = await invitePeople(server);
  for (const [name, sql, turns] of [
    ['a row by its key', POINT, 20],
    ['a summary of 20,000 rows', SUMMARY, 4],
  ] as const) {
    const perSecond = await mediansOf(ROUNDS, {
      ours: () =>
        throughput(
          turns,
          tokens.map((token) => () => ask(http, token, sql)),
        ),
      direct: () =>
        throughput(
          turns,
          directs.map((client) => () => client.query(sql)),
        ),
    });
    yield {
      name: `${CLIENTS} clients, ${name} (at least ${THROUGHPUT_RATIO} x)`,
      ours: perSecond.ours,
      peer: perSecond.direct,
      peerName: `${CLIENTS} warm pg connections`,
      ratio: perSecond.ours / perSecond.direct,
      unit: 'queries/s',
      better: 'higher',
    };
  }
}

async function ask(http: Pool, token: string | null, sql: string): Promise<string> {
  const answer = await http.request({
    method: 'POST',
    path: '/api/v1/sources/wide/query',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`the query was refused: ${text}`);
  return text;
}

async function requireSameRows(http: Pool, token: string | null, direct: pg.Client): Promise<void> {
  for (const sql of [POINT, SUMMARY]) {
    const { rows } = JSON.parse(await ask(http, token, sql)) as { rows: unknown[][] };
    const peer = await direct.query<unknown[]>({ text: sql, rowMode: 'array' });
    const plain = (all: unknown[][]) => JSON.stringify(all.map((row) => row.map(String)));
    if (rows.length === 0 || plain(rows) !== plain(peer.rows))
      throw new Error(`the sides gave different rows of ${sql}`);
  }
}

/** One row, flushed, in the database where the server keeps its own: what an audit entry takes at least. */
async function createCommitting(server: RunningServer, stack: AsyncDisposableStack): Promise<Work> {
  const secret = await loadClusterSecret(join(server.home, 'keys'));
  const client = new pg.Client({
    host: join(server.home, 'database', 'socket'),
    user: 'postgres',
    password: deriveSecret(secret, 'database/postgres'),
    database: 'postgres',
  });
  stack.adopt(client, (open) => open.end());
  await client.connect();
  await client.query('create table bench_commits (id bigint generated always as identity primary key, content bytea)');
  const values = [Buffer.alloc(300)];
  return () => client.query('insert into bench_commits (content) values ($1)', values);
}

/** Turn by turn, so that what else the machine does meets all of them. */
async function mediansOfTurns<Side extends string>(sides: Record<Side, Work>): Promise<Record<Side, number>> {
  const names = Object.keys(sides) as Side[];
  const times = names.map((): number[] => []);
  for (let turn = -WARM_UP; turn < TURNS; turn += 1)
    for (const [at, name] of names.entries()) {
      const startedMs = performance.now();
      await sides[name](turn);
      if (turn >= 0) times[at]?.push(performance.now() - startedMs);
    }
  return Object.fromEntries(names.map((name, at) => [name, median(times[at] ?? [])])) as Record<Side, number>;
}

/** Each client asks again as soon as it has its answer. */
async function throughput(turns: number, clients: readonly Work[]): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    clients.map(async (work) => {
      for (let turn = 0; turn < turns; turn += 1) await work(turn);
    }),
  );
  return (clients.length * turns * 1000) / (performance.now() - startedMs);
}

/** A person has a limit of queries at once, so each client is one of its own. */
async function invitePeople(server: RunningServer): Promise<string[]> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await server.call('POST', path, { body });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  await post('sources/wide/grants', { with: 'everyone' });
  const tokens: string[] = [];
  for (let person = 0; person < CLIENTS; person += 1) {
    const email = `client${person}@example.org`;
    await post('people', { email, name: email });
    tokens.push(((await post('tokens', { person: email, name: 'bench' })) as { secret: string }).secret);
  }
  return tokens;
}
