import { writeFile } from 'node:fs/promises';
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scanFolder } from './support/scan-folder.ts';
import { until } from './support/until.ts';

const CANARY = 'CANARY-5b1f';
const WORLD = `
  create role reader login password 'secret';
  create table staff (id int primary key, team text, name text, email text, salary int, note text);
  insert into staff values (1, 'red', 'Ann', 'ann@red.example', 10, '1'), (2, 'blue', '${CANARY}', 'bo@blue.example', 20, '${CANARY}'),
    (3, 'red', 'Cy', 'cy@red.example', 30, '3'), (4, null, '${CANARY}', '${CANARY}@nowhere.example', 40, '${CANARY}');
  create table pay (id int, amount int);
  insert into pay values (1, 1);
  grant select on staff, pay to reader;
`;
const POLICY = `# Who sees what of the staff.
source: people
tables:
  public.staff:
    grant: [team:readers, person:cy@example.org]
    columns:
      deny: [salary]
      mask: { name: pseudonym, email: partial }
    filter: "team = {{user.attributes.team}}"
`;

let server: RunningServer;
let postgres: TestPostgres;
let folder: TemporaryFolder;
const tokens = new Map<string, string>();

beforeAll(async () => {
  [server, postgres, folder] = await Promise.all([
    startServer({ env: { STRONGROOM_SAMPLE: 'off' } }),
    startPostgres({ tcp: true }),
    temporaryFolder('policy'),
  ]);
  await postgres.run(WORLD);
  await json(
    ['sources', 'add', 'postgres', 'people', '--url', '-'],
    postgres.url({ user: 'reader', password: 'secret' }),
  );
  await json(['share', 'people', '--with', 'everyone']);
  await json(['teams', 'add', 'readers']);
  for (const name of ['ann', 'bo', 'cy']) {
    await json(['people', 'invite', `${name}@example.org`]);
    const { secret, token } = await json(['token', 'create', '--person', `${name}@example.org`, '--name', 'test']);
    tokens.set(name, String(secret ?? token));
  }
  await json(['teams', 'add-member', 'readers', 'ann@example.org']);
  await json(['people', 'attributes', 'ann@example.org', 'team=red']);
  await writeFile(join(folder.path, 'policy.yaml'), POLICY);
  await json(['policy', 'apply', 'policy.yaml']);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await postgres.stop();
  await folder[Symbol.asyncDispose]();
});

function strongroom(args: readonly string[], as: string | null = null, input?: string): ReturnType<typeof runCli> {
  const token = as === null ? null : (tokens.get(as) ?? '');
  const env =
    token === null ? { STRONGROOM_HOME: server.home } : { STRONGROOM_URL: server.url, STRONGROOM_TOKEN: token };
  return runCli([...args, '--json'], { env, cwd: folder.path, ...(input === undefined ? {} : { input }) });
}

async function json(args: readonly string[], input?: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await strongroom(args, null, input);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function query(as: string | null, sql: string): Promise<Record<string, unknown>> {
  return JSON.parse((await strongroom(['query', sql, '--source', 'people'], as)).stdout) as Record<string, unknown>;
}

test('a person sees the rows and columns that the policy grants them, and what ran', async () => {
  const answer = await query('ann', 'select * from staff order by id');
  expect(answer).toMatchObject({ outcome: 'rows' });
  expect((answer['columns'] as { name: string }[]).map(({ name }) => name)).toEqual([
    'id',
    'team',
    'name',
    'email',
    'note',
  ]);
  expect(answer['rows']).toEqual([
    [1, 'red', expect.stringMatching(/^[0-9a-f]{32}$/), 'a***@red.example', '1'],
    [3, 'red', expect.stringMatching(/^[0-9a-f]{32}$/), 'c***@red.example', '3'],
  ]);
  expect(JSON.stringify(answer)).not.toContain(CANARY);
  const { run } = answer['sql'] as { run: string };
  expect(run).toMatch(/team = 'red'/);
  expect(run).toMatch(/OFFSET 0/i);
});

test('nothing of theirs runs on a row they may not see', async () => {
  expect(await query('ann', 'select sum(cast(note as int)) from staff')).toMatchObject({ rows: [[4]] });
});

describe('what comes back when nothing does', () => {
  test('filtered: a row filter applied to the asker', async () => {
    expect(await query('ann', 'select id from staff where id = 2')).toMatchObject({ outcome: 'filtered', rows: [] });
    // Of somebody without the attribute no row is.
    expect(await query('cy', 'select id from staff')).toMatchObject({ outcome: 'filtered', rows: [] });
  });

  test.each(['select salary from staff', 'select id from pay', 'select nothing from staff', 'select id from nowhere'])(
    'denied, for what is hidden as for what is not there: %s',
    async (sql) => {
      const { code, stdout } = await strongroom(['query', sql, '--source', 'people'], 'ann');
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'denied', rows: [] });
    },
  );

  test('denied, for whom the policy grants nothing, its admin too', async () => {
    expect(await query('bo', 'select id from staff')).toMatchObject({ outcome: 'denied' });
    expect(await query(null, 'select id from staff')).toMatchObject({ outcome: 'denied' });
  });
});

test('the catalog shows what the policy shows, and finds nothing else', async () => {
  const shown = JSON.parse((await strongroom(['catalog', 'show', 'people.public.staff'], 'ann')).stdout) as {
    columns: { name: string; type: string }[];
  };
  expect(shown.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'id integer',
    'team text',
    'name text',
    'email text',
    'note text',
  ]);
  const find = async (words: string, as: string): Promise<unknown> =>
    JSON.parse((await strongroom(['catalog', 'search', words], as)).stdout);
  expect(JSON.stringify(await find('staff', 'ann'))).toContain('people.public.staff');
  for (const [words, as] of [
    ['salary', 'ann'],
    ['pay', 'ann'],
    ['amount', 'ann'],
    ['staff', 'bo'],
  ] as const)
    expect([words, as, JSON.stringify(await find(words, as))]).toEqual([
      words,
      as,
      expect.not.stringContaining('people.'),
    ]);
  for (const resource of ['people.public.staff.salary', 'people.public.pay', 'people.public.nowhere'])
    expect((await strongroom(['catalog', 'show', resource], 'ann')).stderr).toContain('catalog/not_found');
});

test('what is told of the source itself counts and names nothing that is hidden', async () => {
  await postgres.run('grant insert on pay to reader');
  await json(['sources', 'refresh', 'people']);
  const shown = async (as: string | null) =>
    (await strongroom(['sources', 'show', 'people'], as)).stdout + (await strongroom(['sources', 'list'], as)).stdout;
  expect(await shown(null)).toMatch(/pay/);
  const told = await shown('ann');
  expect(told).toContain('people');
  expect(told).not.toMatch(/pay/);
  expect(told).toMatch(/"tables":\s*1\b/);
  expect(told).not.toMatch(/"tables":\s*2\b/);
  expect(await shown('bo')).toMatch(/"tables":\s*0\b/);
  await postgres.run('revoke insert on pay from reader');
});

test('policy check shows what would run for whom, and runs nothing', async () => {
  const checked = await json([
    'policy',
    'check',
    'policy.yaml',
    'select count(*) from staff',
    '--as',
    'ann@example.org',
  ]);
  expect(checked).toMatchObject({ source: 'people', as: 'ann@example.org', filtered: true, columns: ['count'] });
  expect(checked['rules']).toContain('rows of public.staff filtered by its policy');
  const other = POLICY.replace('{{user.attributes.team}}', "'blue'");
  const bySql = async (sql: string) => strongroom(['policy', 'check', '-', sql, '--as', 'cy@example.org'], null, other);
  expect((await bySql('select id from staff')).stdout).toContain("'blue'");
  expect((await bySql('select salary from staff')).stderr).toMatch(/^query\/denied: /);
  // What was only checked is not applied.
  expect(await query('cy', 'select id from staff')).toMatchObject({ outcome: 'filtered' });
});

describe('a wrong policy file is refused with its line and the reason, and the old one stays', () => {
  test.each([
    ['source: people\ntables: [', 2, /./],
    ['source: people\ntables:\n  public.staff:\n    grant: [team:readers]\n    grant: [everyone]\n', 5, /unique/],
    ['source: nowhere\ntables: {}\n', 1, /no such source/],
    ['source: people\ntables:\n  staff:\n    grant: [everyone]\n', 3, /schema\.table/],
    ['source: people\ntables:\n  public.gone:\n    grant: [everyone]\n', 3, /no table public\.gone/],
    ['source: people\ntables:\n  public.staff:\n    grant: [team:nobody]\n', 4, /nobody called team:nobody/],
    ['source: people\ntables:\n  public.staff:\n    grant: [readers]\n', 4, /everyone/],
    [
      'source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    columns: { deny: [gone] }\n',
      5,
      /no column gone/,
    ],
    [
      'source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    columns: { mask: { id: partial } }\n',
      5,
      /partial is for texts/,
    ],
    [
      'source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    columns: { mask: { id: blur } }\n',
      5,
      /pseudonym/,
    ],
    ['source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    filter: "id ="\n', 5, /not valid SQL/],
    [
      'source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    filter: "pg_sleep(9) is null"\n',
      5,
      /pg_sleep/,
    ],
    ['source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    filter: "gone = 1"\n', 5, /does not have/],
    ['source: people\ntables:\n  public.staff:\n    grant: [everyone]\n    filters: x\n', 5, /filters/],
    ['source: &a people\ntables: { public.staff: { grant: [everyone], filter: *a } }\n', 1, /aliases/],
  ])('%j', async (text, line, reason) => {
    const answer = await server.call('POST', 'policies:apply', { body: { policy: text } });
    const problem = (await answer.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({
      status: 422,
      code: 'access/bad_policy',
      line,
      title: expect.stringMatching(reason),
    });
    const shown = await server.call('GET', 'policies/people');
    expect(await shown.json()).toMatchObject({ policy: expect.stringContaining('pseudonym') });
  });
});

test('a wrong policy file is one line of the command', async () => {
  const { code, stderr } = await strongroom(['policy', 'apply', '-'], null, 'source: nowhere\ntables: {}\n');
  expect([code, stderr]).toEqual([1, 'access/bad_policy: line 1 of the policy: there is no such source\n']);
});

test('a policy is shown as a file that can be applied again', async () => {
  const { policy } = await json(['policy', 'show', 'people']);
  expect((await strongroom(['policy', 'apply', '-'], null, String(policy))).code).toBe(0);
  expect(await json(['policy', 'show', 'people'])).toEqual({ source: 'people', policy });
});

test('what is kept of a policy is sealed, and who applied, checked and was refused stands in the audit log', async () => {
  const found = await scanFolder(server.home, ['user.attributes.team', CANARY]);
  expect(found).toEqual([]);
  const entries = JSON.stringify(await json(['ledger', 'list', '--limit', '200']));
  for (const action of ['query.policy_applied', 'query.policy_checked', 'identity.attributes_set'])
    expect(entries).toContain(action);
});

test('two keys: with the admin’s turned nothing runs, whoever may query the source', async () => {
  await json(['settings', 'run-sql', 'off']);
  const { code, stderr } = await strongroom(['query', 'select id from staff', '--source', 'people'], 'ann');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^query\/run_sql_off: /)]);
  expect((await strongroom(['settings', 'run-sql', 'on'], 'ann')).code).toBe(1);
  await json(['settings', 'run-sql', 'on']);
  expect(await query('ann', 'select id from staff')).toMatchObject({ outcome: 'rows' });
});

test('a query that runs when the right to it is taken back ends, in the source too', async () => {
  const endless =
    'select count(*) from staff, generate_series(1, 1000000) a, generate_series(1, 1000000) b where team is not null';
  for (const [take, give] of [
    [
      ['people', 'attributes', 'ann@example.org', 'team=blue'],
      ['people', 'attributes', 'ann@example.org', 'team=red'],
    ],
    [
      ['teams', 'remove-member', 'readers', 'ann@example.org'],
      ['teams', 'add-member', 'readers', 'ann@example.org'],
    ],
    [
      ['unshare', 'people', '--with', 'everyone'],
      ['share', 'people', '--with', 'everyone'],
    ],
  ] as const) {
    const running = strongroom(['query', endless, '--source', 'people'], 'ann');
    await until('it runs in the source', async () => (await activeInSource()) === 1);
    await json([...take]);
    const { code, stdout, stderr } = await running;
    expect([code, stdout + stderr]).toEqual([1, expect.stringMatching(/query\/(rights_changed|denied)|"denied"/)]);
    await until('it has ended in the source', async () => (await activeInSource()) === 0);
    await json([...give]);
  }
});

async function activeInSource(): Promise<number> {
  await using client = await postgres.connect();
  const { rows } = await client.query(
    "select 1 from pg_stat_activity where usename = 'reader' and state = 'active' and query not like '%pg_stat%'",
  );
  return rows.length;
}

test('a policy that is taken back leaves the source open to whom it is shared with; nobody but an admin takes it', async () => {
  expect((await strongroom(['policy', 'remove', 'people'], 'ann')).code).toBe(1);
  expect((await strongroom(['policy', 'show', 'people'], 'ann')).code).toBe(1);
  await json(['policy', 'remove', 'people']);
  expect(await query('bo', 'select count(*) from staff')).toMatchObject({ rows: [[4]] });
  expect((await strongroom(['policy', 'show', 'people'])).stderr).toContain('access/no_policy');
});
