import { findMariadb, type RunningServer, startMariadb, startPostgres, startServer } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attacksOnConstructs } from '../../packages/sql-guard/src/test-construct-attacks.ts';
import { MARIADB_ATTEMPTS } from '../../packages/sql-guard/src/test-mariadb-attempts.ts';
import { attacksOnNames } from '../../packages/sql-guard/src/test-name-attacks.ts';
import { oracles } from '../../packages/sql-guard/src/test-oracles.ts';
import { denied, onHiddenRows, onHiddenRowsOfPostgres } from '../../packages/sql-guard/src/test-policy-attempts.ts';
import { mariadbWorld, postgresPolicyWorld } from '../../packages/sql-guard/src/test-policy-world.ts';
import { hiddenWorld, mariadbHiddenWorld } from '../../packages/sql-guard/src/test-schema.ts';
import { until } from './support/until.ts';

// The attempts of the guard's own tests, by a person, through the whole of the product.

const POLICY = `source: attacked
tables:
  public.flights: { grant: [everyone], columns: { deny: [salary, code, n, m] } }
  public.airports: { grant: [everyone], columns: { deny: [origin, salary, delay, secret] } }
  sales.orders: { grant: [everyone], columns: { deny: [name, delay] } }
  public.teams: { grant: [everyone] }
  public.people: { grant: [everyone], filter: id <= 2 }
  public.odd: { grant: [everyone], columns: { deny: [constructor, __proto__] }, filter: '"offset"' }
  public.staff:
    grant: [everyone]
    columns: { deny: [email], mask: { name: pseudonym, phone: partial, salary: null } }
    filter: "team = {{user.attributes.team}} and note <> ''"
`;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const CANARIES = /canary|SECRET|1999-09-09|\b4242(\d\d)?\b/;

/** `asked`: what the role of the source has run since it was added. */
type Source = AsyncDisposable & { readonly url: string; asked(): Promise<string[]> };

async function openPostgres(): Promise<Source> {
  let log = '';
  const postgres = await startPostgres({
    tcp: true,
    settings: { log_statement: 'all', log_min_messages: 'log', log_line_prefix: '%u ' },
    log: (line) => (log += `${line}\n`),
  });
  await postgres.run(`${hiddenWorld} ${postgresPolicyWorld} create role reader login password 'secret';
    grant usage on schema sales to reader; grant select on all tables in schema public, sales to reader;`);
  return {
    url: postgres.url({ user: 'reader', password: 'secret', database: 'postgres' }),
    asked: async () => [...log.matchAll(/^reader LOG: {2}(?:statement|execute \S+): (.*)$/gm)].map(([, text]) => text!),
    [Symbol.asyncDispose]: () => postgres.stop(),
  };
}

async function openMariadb(): Promise<Source> {
  const mariadb = await startMariadb({ settings: { 'general-log': '1', 'log-output': 'TABLE' } });
  const beside = mariadbHiddenWorld.replace('create database public;', '');
  await mariadb.run(`${mariadbWorld} ${beside} create user reader identified by 'secret';
    grant select on public.* to reader; grant select on sales.* to reader;`);
  return {
    url: mariadb.url({ user: 'reader', password: 'secret', database: 'public' }),
    async asked() {
      await using client = await mariadb.connect();
      const [rows] = await client.query(
        "select convert(argument using utf8mb4) from mysql.general_log where user_host like 'reader%' and command_type in ('Query', 'Prepare', 'Execute')",
      );
      return (rows as [string][]).map(([text]) => text);
    },
    [Symbol.asyncDispose]: () => mariadb.stop(),
  };
}

/** A server on a machine that is busy otherwise asks for patience. */
async function patiently(call: () => Promise<Response>): Promise<Response> {
  let reply: Response | null = null;
  await until('the server has time', async () => (reply = await call()).status !== 503);
  return reply!;
}

const short = (all: readonly string[]) => [...new Set(all)].filter((sql) => sql.length < 5_000 && sql.isWellFormed());
const ofPolicy = [...onHiddenRows, ...oracles, ...denied];
const engines = [
  {
    name: 'PostgreSQL',
    open: openPostgres,
    isThere: true,
    attempts: short([
      ...Object.values({ ...attacksOnConstructs, ...attacksOnNames }).flatMap(([, all]) => all),
      ...ofPolicy,
      ...onHiddenRowsOfPostgres,
    ]),
    ours: /^(begin transaction isolation level repeatable read read only|select set_config\('statement_timeout'|ROLLBACK|DISCARD ALL|select|SELECT|WITH|\(|VALUES|with readable|$)/,
    never:
      /\b(pg_sleep|pg_read_file|pg_ls_dir|lo_import|dblink|setval|nextval|pg_terminate_backend|into|for update|for share|tablesample)\b|public\.(hidden|everybody|people_old)\b/i,
  },
  {
    name: 'MariaDB',
    open: openMariadb,
    isThere: (await findMariadb()) !== null,
    attempts: short([...Object.values(MARIADB_ATTEMPTS).flat(), ...ofPolicy]),
    ours: /^(SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin$|SET sql_mode = '|SET SESSION TRANSACTION READ ONLY$|START TRANSACTION READ ONLY$|SHOW WARNINGS$|SELECT |WITH |\(SELECT )/,
    never:
      /\b(sleep|benchmark|load_file|get_lock|outfile|dumpfile|procedure|handler|execute|nextval|extractvalue|updatexml|mysql|performance_schema|information_schema)\b|`(hidden|everybody|people_old)`|\/\*|--|#/i,
  },
];

describe.each(engines)('a person who attacks a source of $name', ({ open, isThere, attempts, ours, never }) => {
  let server: RunningServer;
  let source: Source;
  let token = '';
  /** How much of what was asked is the product's own: what it looks at when a source is added. */
  let before = 0;

  beforeAll(async () => {
    if (!isThere) return;
    [server, source] = await Promise.all([
      startServer({ env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_LOG: 'debug' } }),
      open(),
    ]);
    await good('POST', 'sources', { name: 'attacked', url: source.url });
    await good('POST', 'sources/attacked/grants', { with: 'everyone' });
    await good('POST', 'people', { email: 'eve@example.org', role: 'viewer' });
    token = String((await good('POST', 'tokens', { name: 'test', person: 'eve@example.org' }))['secret']);
    await good('PUT', 'people/eve@example.org/attributes', { attributes: { team: 'red' } });
    await good('POST', 'policies:apply', { policy: POLICY });
    before = (await source.asked()).length;
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await source?.[Symbol.asyncDispose]();
  });

  async function good(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const reply = await patiently(() => server.call(method, path, { body }));
    const answer = (await reply.json().catch(() => ({}))) as Record<string, unknown>;
    expect([path, reply.ok, answer]).toEqual([path, true, answer]);
    return answer;
  }

  test.skipIf(!isThere)(
    'gets no canary in rows or errors, leaves none in a log, and has nothing run but what was checked',
    async () => {
      const outcomes = new Map<string, number>();
      const wrong: unknown[] = [];
      const ask = async (sql: string): Promise<void> => {
        const reply = await patiently(() => server.call('POST', 'sources/attacked/query', { token, body: { sql } }));
        // An id may happen to hold the digits of a canary.
        const told = (await reply.text()).replaceAll(UUID, '');
        const { outcome = 'refused', rows = [] } = JSON.parse(told) as { outcome?: string; rows?: unknown[][] };
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        // What a statement names itself stands in its answer again.
        const found = CANARIES.test(sql)
          ? rows.flat().filter((value) => CANARIES.test(String(value)) && !sql.includes(String(value)))
          : (CANARIES.exec(told) ?? []);
        // 502: the source has no such statement.
        if (found.length > 0 || reply.status === 429 || reply.status === 500) wrong.push([sql, reply.status, told]);
      };
      const waiting = [...attempts];
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          for (let sql = waiting.pop(); sql !== undefined; sql = waiting.pop()) await ask(sql);
        }),
      );
      expect(wrong).toEqual([]);
      expect(outcomes.get('rows')).toBeGreaterThan(50);
      expect(outcomes.get('denied')).toBeGreaterThan(50);

      const { stdout, stderr } = server.output();
      expect(stdout + stderr).not.toMatch(/canary|SECRET|1999-09-09/);
      const ran = (await source.asked()).slice(before);
      // Texts, and names that a statement gives itself, may hold anything.
      const bare = ran.map((text) =>
        text.replaceAll(/'(?:[^']|'')*'/g, "''").replaceAll(/\bAS `(?:[^`]|``)*`/g, 'AS ``'),
      );
      expect(ran.length).toBeGreaterThan(100);
      expect(ran.filter((text) => !ours.test(text))).toEqual([]);
      expect(bare.filter((text) => never.test(text))).toEqual([]);
    },
    300_000,
  );
});
