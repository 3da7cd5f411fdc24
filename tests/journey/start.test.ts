import { chmod, lstat, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import {
  ordinaryUser,
  type RunningServer,
  runCli,
  startRefused,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
} from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, query } from './support/calls.ts';
import { addShop, ENDLESS, PLANTED_VALUE, type Shop, SOURCE_PASSWORD, startShop } from './support/shop.ts';

const OFF = { STRONGROOM_SAMPLE: 'off' } as const;
/** Words of a question and a name that stand nowhere else on earth. */
const QUESTION = 'How many items of quetzalcoatlus are there?';
const STOP_MS_MAX = 10_000;

let folder: TemporaryFolder;
let shop: Shop;
beforeAll(async () => {
  [folder, shop] = await Promise.all([temporaryFolder('start'), startShop()]);
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function newHome(name: string): Promise<string> {
  const home = join(folder.path, name);
  await mkdir(home, { mode: 0o700 });
  // Passed through by the user of the embedded database, when the tests run as root.
  await chmod(folder.path, 0o711);
  return home;
}

/** Every file and folder below, with the path of each. */
async function walk(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const at = join(path, entry.name);
    found.push(at);
    if (entry.isDirectory()) found.push(...(await walk(at)));
  }
  return found;
}

describe('a home that has been used', () => {
  let home: string;
  let entries: number;
  let token: string | null;

  /** Asks, adds and queries, so that there is something to keep. */
  async function use(server: RunningServer): Promise<void> {
    await addShop(server, shop.url);
    await call(server, 'POST', 'ask', { question: QUESTION, source: 'shop' });
    await query(server, 'shop', `select name from item where name = '${PLANTED_VALUE}'`);
    await query(server, 'nothing', 'select 1 as quetzalcoatlus');
    await call(server, 'POST', 'people', { email: 'ada@example.com' });
    entries = await position(server);
    token = server.adminToken;
  }
  const position = async (server: RunningServer) =>
    ((await call(server, 'GET', 'ledger?limit=1')).body['entries'] as { position: number }[])[0]?.position ?? 0;

  beforeAll(async () => {
    home = await newHome('used');
    const server = await startServer({ home, env: OFF });
    await use(server);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(server.output().stdout.split('\n')).toHaveLength(3);
  });

  test('keeps sources, people, questions and every audit entry for the second start', async () => {
    await using server = await startServer({ home, env: OFF });
    expect((await query(server, 'shop', 'select count(*) from item')).rows).toEqual([[10_000]]);
    const questions = (await call(server, 'GET', 'questions')).body['questions'] as { question: string }[];
    expect(questions.map(({ question }) => question)).toContain(QUESTION);
    const people = (await call(server, 'GET', 'people')).body['people'] as { email: string }[];
    expect(people.map(({ email }) => email).toSorted()).toEqual(['ada@example.com', 'admin@localhost']);
    expect(await position(server)).toBeGreaterThanOrEqual(entries);
  });

  test('has a new administrator token at each start, and the earlier one is dead', async () => {
    await using server = await startServer({ home, env: OFF });
    expect(server.adminToken).not.toBe(token);
    const reply = await call(server, 'GET', 'me', undefined, { token });
    expect(reply).toMatchObject({ status: 401, body: { code: 'identity/bad_token' } });
  });

  test('recovers when a start was killed in the middle of its work, with all that was durable', async () => {
    const killed = await startServer({ home, env: OFF });
    const cut = killed.call('POST', 'sources/shop/query', { body: { sql: ENDLESS } }).catch(() => 'cut');
    await shop.untilRunning();
    const before = await position(killed);
    expect(await killed.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await cut).toBe('cut');

    await using server = await startServer({ home, env: OFF });
    expect(await position(server)).toBeGreaterThanOrEqual(before);
    expect((await query(server, 'shop', 'select count(*) from item')).rows).toEqual([[10_000]]);
    // Nobody was left to cancel it: the database would end it at its own statement timeout.
    await shop.postgres.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'");
    await shop.untilQuiet();
  });

  test('a second server in the same home is refused, and the first goes on', async () => {
    await using server = await startServer({ home, env: OFF });
    const second = await startRefused({ home, env: OFF });
    expect(second.code).toBe(1);
    expect(second.stdout).toBe('');
    expect((await call(server, 'GET', 'me')).status).toBe(200);
    expect((await query(server, 'shop', 'select count(*) from item')).rows).toEqual([[10_000]]);
  });

  test('SIGTERM ends it with 0 within 10 seconds, and what runs in a source with it', async () => {
    const server = await startServer({ home, env: OFF });
    const stopped = server.call('POST', 'sources/shop/query', { body: { sql: ENDLESS } });
    await shop.untilRunning();
    const ended = await Promise.race([
      server.stop(),
      new Promise<'too late'>((resolve) => void setTimeout(resolve, STOP_MS_MAX, 'too late').unref()),
    ]);
    expect(ended).toEqual({ code: 0, signal: null });
    expect((await stopped).status).toBe(499);
    await shop.untilQuiet();
  });

  test('lets other people of the machine read nothing', async () => {
    const open: string[] = [];
    for (const path of await walk(home)) {
      const { mode } = await lstat(path);
      if ((mode & 0o066) !== 0) open.push(`${path.slice(home.length)} ${(mode & 0o777).toString(8)}`);
    }
    expect(open).toEqual([]);
    expect((await stat(home)).mode & 0o066).toBe(0);
    expect((await stat(join(home, 'admin.token'))).mode & 0o777).toBe(0o600);
  });

  test('holds neither a word of a question, nor SQL, nor a value, nor a password in any of its files', async () => {
    const planted = ['quetzalcoatlus', PLANTED_VALUE, SOURCE_PASSWORD];
    const found: string[] = [];
    let files = 0;
    for (const path of await walk(home)) {
      if (!(await lstat(path)).isFile()) continue;
      files += 1;
      const bytes = await readFile(path);
      for (const text of planted)
        if (bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')))
          found.push(`${text} in ${path.slice(home.length)}`);
    }
    expect(files).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});

describe('a start that cannot succeed says why in one line and ends with 1', () => {
  async function refused(env: Record<string, string>, says: RegExp, home?: string): Promise<void> {
    const result = await startRefused({ env: { ...OFF, ...env }, ...(home === undefined ? {} : { home }) });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
    const lines = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines).toEqual([expect.stringMatching(says)]);
    expect(result.stderr).not.toContain(SOURCE_PASSWORD);
  }

  test('when its port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await refused({ STRONGROOM_PORT: String(port) }, new RegExp(`port.*${port}|${port}.*taken`));
    await new Promise((resolve) => taken.close(resolve));
  });

  test('when its home is a file', async () => {
    const file = join(folder.path, 'no-folder');
    await writeFile(file, '');
    await refused({ STRONGROOM_HOME: file }, /^STRONGROOM_HOME: /);
  });

  test('when its home is on a disk that cannot be written', () =>
    refused({ STRONGROOM_HOME: '/proc/strongroom' }, /^STRONGROOM_HOME: /));

  test.each([
    ['nothing listens', 'postgres://a:b@127.0.0.1:1/c'],
    ['the password is wrong', null],
  ])('when STRONGROOM_DATABASE_URL is wrong: %s', async (_what, url) => {
    const wrong = shop.postgres.url({ user: 'reader', password: 'wrong' });
    await refused({ STRONGROOM_DATABASE_URL: url ?? wrong }, /^STRONGROOM_DATABASE_URL: /);
  });

  test('when STRONGROOM_DATABASE_URL is no address', () =>
    refused({ STRONGROOM_DATABASE_URL: `how ${SOURCE_PASSWORD}` }, /^STRONGROOM_DATABASE_URL: must be an address/));

  test('when it is to listen beyond this machine without TLS and a real issuer', async () => {
    const result = await startRefused({ env: { ...OFF, STRONGROOM_HOST: '0.0.0.0' } });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/TLS/);
    expect(result.stderr).toMatch(/issuer/);
  });

  test.each([
    ['STRONGROOM_PORT', '70000'],
    ['STRONGROOM_SAMPLE', 'maybe'],
    ['STRONGROOM_MODEL_URL', 'nowhere'],
  ])('when %s is `%s`', (name, value) => refused({ [name]: value }, new RegExp(`^${name}: must be`)));
});

const user = ordinaryUser();
test.skipIf(user === null)('an ordinary user starts it, with the sample, asks and stops it', async () => {
  await using server = await startServer({ asOrdinaryUser: true });
  expect((await query(server, 'aviation', 'select count(*) from flights')).rows).toEqual([[200_000]]);
  const { code, stdout } = await runCli(['ask', 'How many flights are there?', '--source', 'aviation', '--json'], {
    env: { STRONGROOM_URL: server.url, STRONGROOM_TOKEN: server.adminToken ?? '' },
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ rows: [[200_000]] });
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});
