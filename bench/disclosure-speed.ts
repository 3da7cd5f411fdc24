import { type FakeModel, startFakeModel, startPostgres, startServer } from '@strongroom/testkit';
import { Pool } from 'undici';
import type { KnownTable } from '../apps/server/src/capabilities/egress/choose-tables/table-index.ts';
import { type AskedQuestion, repeat } from './collections.ts';
import { besideBound, type Figure } from './compare.ts';
import { type Chooser, ourChooser } from './measure-choice.ts';
import { plainChooser } from './plain-search.ts';

const TABLES = 10_000;
const QUESTIONS = 300;
const WARM_UP = 20;
const CHOICE_MS_MAX = 15;
const WHOLE_MS_MAX = 25;
/** PostgreSQL holds a lock for each table until the end of a transaction. */
const TABLES_AT_A_TIME = 500;

/** The choice alone, among so many tables, beside the search by a library; both have their index. */
export async function* measureChoiceSpeed(
  tables: readonly KnownTable[],
  questions: readonly AskedQuestion[],
): AsyncGenerator<Figure> {
  const many = repeat(tables, TABLES);
  const [ours, peer] = [ourChooser(many), plainChooser(many)];
  const times = { ours: [] as number[], peer: [] as number[] };
  for (const [turn, { text }] of some(questions).entries()) {
    for (const [side, choose] of [
      ['ours', ours],
      ['peer', peer],
    ] as const) {
      const tookMs = await timed(() => choose(text));
      if (turn >= WARM_UP) times[side].push(tookMs);
    }
  }
  for (const share of [0.5, 0.95]) {
    const [own, other] = [quantile(times.ours, share), quantile(times.peer, share)];
    yield {
      name: `${nameOf(share)} of a choice among ${TABLES} (at most ${CHOICE_MS_MAX} ms)`,
      ours: own,
      peer: other,
      peerName: 'minisearch',
      ratio: own / other,
      unit: 'ms',
      better: 'lower',
    };
  }
}

/**
 * From the question's way into the server until the model has the disclosure: who asks, what they may see, the question sealed and kept, the choice,
 * two durable audit entries, the way out.
 */
export async function* measureWholeSpeed(
  tables: readonly KnownTable[],
  questions: readonly AskedQuestion[],
): AsyncGenerator<Figure> {
  await using postgres = await startPostgres({ tcp: true });
  const statements = repeat(tables, TABLES).map(createTable);
  await postgres.run([...new Set(statements.map(({ schema }) => `create schema ${quoted(schema)}`))].join(';'));
  for (let from = 0; from < statements.length; from += TABLES_AT_A_TIME)
    await postgres.run(
      statements
        .slice(from, from + TABLES_AT_A_TIME)
        .map(({ sql }) => sql)
        .join(';'),
    );
  await using model = await startFakeModel({ kind: 'reply', content: 'NONE' });
  await using server = await startServer({
    env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_MODEL_URL: model.url, STRONGROOM_MODEL: 'small' },
  });
  const add = async (name: string, url: string): Promise<void> => {
    const added = await server.call('POST', 'sources', { body: { name, url } });
    if (!added.ok) throw new Error(`the source could not be added: ${await added.text()}`);
  };
  await add('many', postgres.url());
  await postgres.run('create database few');
  await postgres.run('create table orders (id int primary key, region text, total int)', 'few');
  await add('few', postgres.url({ ...postgres.superuser, database: 'few' }));
  const http = new Pool(server.url, { connections: 1 });
  const times = { many: [] as number[], few: [] as number[] };
  for (const [turn, { text }] of some(questions).entries()) {
    for (const source of ['many', 'few'] as const) {
      const tookMs = await disclosedAfter(http, server.adminToken ?? '', model, { question: text, source });
      if (turn >= WARM_UP) times[source].push(tookMs);
    }
  }
  await http.close();
  for (const share of [0.5, 0.95]) {
    const [many, few] = [quantile(times.many, share), quantile(times.few, share)];
    const name = `${nameOf(share)} of a disclosure of ${TABLES} tables`;
    yield besideBound(`${name}, end to end`, many, WHOLE_MS_MAX, 'ms', 'lower');
    yield { name, ours: many, peer: few, peerName: 'of one table', ratio: many / few, unit: 'ms', better: 'lower' };
  }
}

/** Milliseconds until the model has what it is told. */
async function disclosedAfter(
  http: Pool,
  token: string,
  model: FakeModel,
  asked: Readonly<Record<string, string>>,
): Promise<number> {
  const told = model.nextRequest().then(() => performance.now());
  const startedMs = performance.now();
  const answer = http
    .request({
      method: 'POST',
      path: '/api/v1/ask',
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    })
    .then(async ({ statusCode, body }) => `${statusCode}: ${await body.text()}`);
  const first = await Promise.race([told, answer]);
  if (typeof first === 'string') throw new Error(`nothing was disclosed, ${first.slice(0, 300)}`);
  await answer;
  return first - startedMs;
}

function createTable({ schema, name, columns }: KnownTable): { schema: string; sql: string } {
  const names = new Map(columns.map((column) => [column.name.toLowerCase(), column.name]));
  const defined = [...names.values()].map((column) => `${quoted(column)} text`);
  return { schema, sql: `create table ${quoted(schema)}.${quoted(name)} (${defined.join(', ')})` };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Evenly over all of them, so that no database has more than its share. */
function some(questions: readonly AskedQuestion[]): AskedQuestion[] {
  const step = questions.length / (QUESTIONS + WARM_UP);
  return Array.from({ length: QUESTIONS + WARM_UP }, (_, at) => questions[Math.floor(at * step)]).filter(
    (question) => question !== undefined,
  );
}

async function timed(work: () => ReturnType<Chooser>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN;
}

function nameOf(share: number): string {
  return `p${share * 100}`;
}
