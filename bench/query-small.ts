import type { RunningServer } from '@strongroom/testkit';
import pg from 'pg';
import { Pool } from 'undici';
import { besideBound, type Figure, mediansOf } from './compare.ts';
import type { QueryWorld } from './query-world.ts';
import { createCommitting, mediansOfTurns, throughput } from './turns.ts';

const pointOf = (id: number): string => `select id, label from wide where id = ${id}`;
const POINT = pointOf(4711);
const SUMMARY = 'select label, count(*), sum(amount) from wide where id <= 20000 group by label order by label';
const WARM_UP = 50;
const ADDED_MS_MAX = 2;
const CLIENTS = 32;
const THROUGHPUT_RATIO = 0.7;
const ROUNDS = 3;

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
    const p50 = await mediansOfTurns(
      { turns: 400, warmUp: WARM_UP },
      {
        ours: (turn) => ask(http, server.adminToken, sqlOf(turn)),
        direct: (turn) => direct.query(sqlOf(turn)),
        commit,
      },
    );
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
