import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findMariadb,
  type RunningServer,
  runCli,
  startMariadb,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
  type TestMariadb,
} from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CANARY = 'CANARY-5b1f';
const WORLD = `
  create database town character set utf8mb4 collate utf8mb4_general_ci;
  create table town.staff (id int primary key, team varchar(20), name varchar(50), email varchar(80), salary int, note varchar(50)) comment 'who works here';
  insert into town.staff values (1, 'red', 'Ann', 'ann@red.example', 10, '1'), (2, 'blue', '${CANARY}', 'bo@blue.example', 20, '${CANARY}'),
    (3, 'red', 'Cy', 'cy@red.example', 30, '3'), (4, 'RED', '${CANARY}', '${CANARY}@nowhere.example', 40, '${CANARY}');
  create table town.pay (id int, amount int);
  insert into town.pay values (1, 1);
  create table town.many select seq as n from town.seq_1_to_2000;
  create user reader identified by 'secret';
  grant select on town.* to reader;
`;
const POLICY = `source: people
tables:
  town.staff:
    grant: [everyone]
    columns:
      deny: [salary]
      mask: { name: pseudonym, email: partial }
    filter: "team = {{user.attributes.team}}"
  town.many:
    grant: [everyone]
`;

describe.skipIf((await findMariadb()) === null)('a MariaDB as a source', () => {
  let server: RunningServer;
  let mariadb: TestMariadb;
  let folder: TemporaryFolder;
  let token = '';

  beforeAll(async () => {
    [server, mariadb, folder] = await Promise.all([
      startServer({ env: { STRONGROOM_SAMPLE: 'off' } }),
      startMariadb(),
      temporaryFolder('mariadb-journey'),
    ]);
    await mariadb.run(WORLD);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await mariadb.stop();
    await folder[Symbol.asyncDispose]();
  });

  const strongroom = (args: readonly string[], as: string, input?: string) =>
    runCli([...args, '--json'], {
      env: as === '' ? { STRONGROOM_HOME: server.home } : { STRONGROOM_URL: server.url, STRONGROOM_TOKEN: as },
      cwd: folder.path,
      ...(input === undefined ? {} : { input }),
    });
  const json = async (args: readonly string[], input?: string): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await strongroom(args, '', input);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const query = async (sql: string, as = ''): Promise<Record<string, unknown>> =>
    JSON.parse((await strongroom(['query', sql, '--source', 'people'], as)).stdout) as Record<string, unknown>;

  test('is added by its address, and shows neither password nor a right too many', async () => {
    const url = mariadb.url({ user: 'reader', password: 'secret', database: 'town' });
    const source = await json(['sources', 'add', 'mariadb', 'people', '--url', '-'], url);
    expect(source).toMatchObject({
      kind: 'mariadb',
      location: `127.0.0.1:${mariadb.port}/town`,
      tables: 3,
      warnings: [],
    });
    expect(JSON.stringify(source)).not.toContain('secret');
    expect(await json(['sources', 'refresh', 'people'])).toMatchObject({ status: 'ready', tables: 3 });
  });

  test('answers a question in PostgreSQL’s words, and its catalog names its tables', async () => {
    expect(await query('select team, count(*) from staff group by team order by team')).toMatchObject({
      outcome: 'rows',
      rows: [
        ['RED', 1],
        ['blue', 1],
        ['red', 2],
      ],
    });
    expect(await query("select id from staff where note ilike 'canary%' order by 1")).toMatchObject({
      rows: [[2], [4]],
    });
    const shown = await json(['catalog', 'show', 'people.town.staff']);
    expect(JSON.stringify(shown)).toContain('who works here');
    expect(JSON.stringify(shown)).not.toContain(CANARY);
  });

  test('what does not fit is refused without a word of the source', async () => {
    const { code, stdout, stderr } = await strongroom(
      ['query', 'select cast(note as int) from staff', '--source', 'people'],
      '',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('run/type');
    expect(stdout + stderr).not.toContain(CANARY);
  });

  test('its policy filters rows, masks values and denies columns, and nothing of the asker’s runs below', async () => {
    await json(['share', 'people', '--with', 'everyone']);
    await json(['people', 'invite', 'ann@example.org']);
    const made = await json(['token', 'create', '--person', 'ann@example.org', '--name', 'test']);
    token = String(made['secret'] ?? made['token']);
    await json(['people', 'attributes', 'ann@example.org', 'team=red']);
    await writeFile(join(folder.path, 'policy.yaml'), POLICY);
    await json(['policy', 'apply', 'policy.yaml']);
    const answer = await query('select * from staff order by id', token);
    expect(answer['rows']).toEqual([
      [1, 'red', expect.stringMatching(/^[0-9a-f]{32}$/), 'a***@red.example', '1'],
      [3, 'red', expect.stringMatching(/^[0-9a-f]{32}$/), 'c***@red.example', '3'],
    ]);
    expect(await query('select sum(cast(note as int)) from staff', token)).toMatchObject({ rows: [[4]] });
    for (const sql of ['select salary from staff', 'select id from pay', 'select id from nowhere'])
      expect([sql, await query(sql, token)]).toEqual([sql, expect.objectContaining({ outcome: 'denied', rows: [] })]);
  });

  test('a caller that leaves ends the query in it', async () => {
    const leave = new AbortController();
    const asked = fetch(`${server.url}/api/v1/sources/people/query`, {
      method: 'POST',
      signal: leave.signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql: 'select count(*) from many a, many b, many c' }),
    }).catch(() => null);
    await using client = await mariadb.connect();
    const running = async () => {
      const [rows] = await client.query(
        "select info from information_schema.processlist where user = 'reader' and info like '%COUNT%'",
      );
      return (rows as unknown[]).length;
    };
    await expect.poll(running).toBe(1);
    leave.abort();
    await asked;
    await expect.poll(running).toBe(0);
  });
});
