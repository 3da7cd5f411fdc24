import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningServer, runCli, startServer, type TemporaryFolder, temporaryFolder } from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, ledger } from './support/calls.ts';
import { scanFolder } from './support/scan-folder.ts';
import { type SignedIn, signIn } from './support/sign-in.ts';

// The home outlives the servers that work in it: it is scanned and copied while none does.
let folder: TemporaryFolder;
let home: string;
let server: RunningServer;

const env = { STRONGROOM_SAMPLE: 'off' };
beforeAll(async () => {
  folder = await temporaryFolder('erasure');
  home = join(folder.path, 'home');
  await mkdir(home);
  server = await startServer({ home, env });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const strongroom = (args: readonly string[], where: Record<string, string> = { STRONGROOM_HOME: home }) =>
  runCli(args, { env: where, cwd: folder.path });
const offline = (args: readonly string[]) => strongroom(args, { STRONGROOM_HOME: join(folder.path, 'nowhere') });
async function good(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await strongroom(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function invite(email: string, name: string): Promise<{ id: string; browser: SignedIn }> {
  const { body } = await call(server, 'POST', 'people', { email, name, role: 'viewer' });
  const { id } = body['person'] as { id: string };
  return { id, browser: await signIn(server, String(body['link'])) };
}

/** All that a person leaves behind in an ordinary day. */
async function live({ browser }: { browser: SignedIn }, words: { question: string; token: string }): Promise<void> {
  const asked = await browser.call('POST', 'ask', { question: `How many ${words.question} are there?` });
  expect([200, 400, 403, 404, 422]).toContain(asked.status);
  expect((await browser.call('POST', 'tokens', { name: words.token })).status).toBeLessThan(300);
  expect((await browser.call('GET', 'questions')).status).toBe(200);
}

test('an erased person leaves none of their words in the home, in exports or in answers, and the log still verifies', async () => {
  const words = ['carlplanted', 'plantedname', 'plantedquestion', 'plantedtoken'];
  const carl = await invite('carlplanted@example.com', 'Plantedname');
  await live(carl, { question: 'plantedquestion', token: 'plantedtoken' });
  await call(server, 'POST', 'teams', { name: 'pilots' });
  await call(server, 'POST', 'teams/pilots/members', { person: 'carlplanted@example.com' });
  expect(await good(['ledger', 'list', '--actor', 'carlplanted@example.com'])).toContain('carlplanted');
  const before = join(folder.path, 'before.ndjson');
  await good(['ledger', 'export', before]);
  expect(await readFile(before, 'utf8')).toContain('carlplanted');

  const certificate = await good(['erase', 'person', 'carlplanted@example.com']);
  await writeFile(join(folder.path, 'certificate.json'), certificate);
  expect(JSON.parse(certificate)).toMatchObject({ erasure: { kind: 'person', subject: carl.id, status: 'final' } });

  expect((await carl.browser.call('GET', 'me')).status).toBe(401);
  expect(await good(['people', 'list'])).not.toContain('carlplanted');
  expect(await good(['ledger', 'export', 'after.ndjson'])).toContain('after.ndjson');
  const exported = await readFile(join(folder.path, 'after.ndjson'), 'utf8');
  expect((await offline(['verify', 'ledger', 'after.ndjson'])).stdout).toMatch(
    /^OK: \d+ entries of .*without their fields/,
  );
  expect((await good(['ledger', 'verify'])).startsWith('OK')).toBe(true);
  for (const text of [certificate, exported, server.output().stdout, server.output().stderr])
    for (const word of words) expect(text.toLowerCase().includes(word), word).toBe(false);

  await server.stop();
  expect(await scanFolder(home, words)).toEqual([]);
  // The scan finds what is there: a word that is clear by its nature.
  expect(await scanFolder(home, ['pilots'])).not.toEqual([]);
  server = await startServer({ home, env });
  expect(await good(['ledger', 'verify'])).toMatch(/^OK/);
});

test('its certificate verifies without a server, and not once anything in it is changed', async () => {
  const path = join(folder.path, 'certificate.json');
  const certificate = await readFile(path, 'utf8');
  const { code, stdout, stderr } = await offline(['verify', 'certificate', 'certificate.json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^OK/);
  for (const [word, other] of [
    ['"person"', '"source"'],
    ['vault.key_destroyed', 'vault.key_destroyee'],
    [/"commitment": "(.)/.exec(certificate)?.[0] ?? '', '"commitment": "x'],
  ] as const) {
    expect(certificate).toContain(word);
    await writeFile(join(folder.path, 'altered.json'), certificate.replace(word, other));
    const altered = await offline(['verify', 'certificate', 'altered.json']);
    expect({ code: altered.code, stdout: altered.stdout.startsWith('OK') }).toEqual({ code: 1, stdout: false });
  }
  const { erasure }: { erasure: { id: string } } = JSON.parse(certificate);
  const again = await good(['erase', 'certificate', erasure.id]);
  await writeFile(join(folder.path, 'again.json'), again);
  expect((await offline(['verify', 'certificate', 'again.json'])).code).toBe(0);
});

test('what waits is pending and says so, and is final once somebody ends the epochs', async () => {
  const dora = await invite('dora@example.com', 'Dora');
  await live(dora, { question: 'answers', token: 'hers' });
  const pending = await good(['erase', 'person', dora.id, '--later']);
  await writeFile(join(folder.path, 'pending.json'), pending);
  expect((await offline(['verify', 'certificate', 'pending.json'])).stdout).toMatch(/^PENDING/);
  expect(await good(['vault', 'show'])).toMatch(/\d+ destructions are not final yet/);
  expect(await good(['vault', 'end-epochs'])).toMatch(/\d+ destructions are final now/);
  expect(await good(['vault', 'show'])).toContain('every destruction is final');
  // A server that starts finishes what is left of it.
  await server.stop();
  server = await startServer({ home, env });
  const { erasure }: { erasure: { id: string } } = JSON.parse(pending);
  expect(JSON.parse(await good(['erase', 'certificate', erasure.id]))).toMatchObject({ erasure: { status: 'final' } });
});

test('an old copy of the database, started with the keys of after, opens nothing and says why', async () => {
  const eve = await invite('eve@example.com', 'Eve');
  await live(eve, { question: 'secrets', token: 'hers' });
  await server.stop();
  const cold = join(folder.path, 'cold');
  await cp(home, cold, { recursive: true, preserveTimestamps: true });
  server = await startServer({ home, env });
  await good(['erase', 'person', eve.id]);
  await rm(join(cold, 'keys'), { recursive: true });
  await cp(join(home, 'keys'), join(cold, 'keys'), { recursive: true });
  await using outdated = await startServer({ home: cold, env });
  const token = (await readFile(join(cold, 'admin.token'), 'utf8')).trim();
  const refused = { status: 503, body: { code: 'vault/database_outdated' } };
  for (const path of ['me', 'people', 'ledger', 'vault'])
    expect(await call(outdated, 'GET', path, undefined, { token })).toMatchObject(refused);
  expect(await (await fetch(`${outdated.url}/readyz`)).json()).toMatchObject({ failing: ['keys'] });
});

test('who was removed before is erased all the same: the audit entries about them do not open any more', async () => {
  const jon = await invite('jon@example.com', 'Jon');
  await live(jon, { question: 'ships', token: 'his' });
  await good(['people', 'remove', 'jon@example.com']);
  expect(await good(['ledger', 'list', '--actor', 'jon@example.com'])).toContain('jon@example.com');
  expect(JSON.parse(await good(['erase', 'person', 'Jon@Example.com']))).toMatchObject({
    erasure: { kind: 'person', status: 'final' },
    objects: [{ what: 'audit entries' }],
  });
  expect(await good(['ledger', 'list', '--limit', '500'])).not.toContain('jon@example.com');
  expect(await strongroom(['erase', 'person', 'jon@example.com'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^identity\/unknown_person/) as string,
  });
});

test('a question is erased by who asked it, and by nobody else', async () => {
  const [fay, gil] = [await invite('fay@example.com', 'Fay'), await invite('gil@example.com', 'Gil')];
  await live(fay, { question: 'things', token: 'hers' });
  const { questions } = (await fay.browser.call('GET', 'questions')).body as { questions: { id: string }[] };
  const path = `questions/${questions[0]?.id}:erase`;
  expect(await gil.browser.call('POST', path, {})).toMatchObject({ status: 404 });
  expect(await call(server, 'POST', path, {})).toMatchObject({ status: 404 });
  const erased = await fay.browser.call('POST', path, {});
  expect(erased).toMatchObject({ status: 200, body: { erasure: { kind: 'question', status: 'final' } } });
  expect((await fay.browser.call('GET', 'questions')).body).toMatchObject({ questions: questions.slice(1) });
  expect(await gil.browser.call('GET', 'erasures')).toMatchObject({ status: 403 });
});

test('a file source is erased with its bytes', async () => {
  await writeFile(join(folder.path, 'cities.csv'), 'city,people\nplantedcity,5\n');
  await good(['sources', 'add', 'file', 'cities', join(folder.path, 'cities.csv'), '--header']);
  const certificate = await good(['erase', 'source', 'cities']);
  expect(JSON.parse(certificate)).toMatchObject({
    erasure: { kind: 'source', status: 'final' },
    objects: [{ what: 'file' }],
  });
  expect(await good(['sources', 'list'])).not.toContain('cities');
});

test('the last administrator is not erased, and nothing of them is gone', async () => {
  const { code, stderr } = await strongroom(['erase', 'person', 'admin@localhost']);
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^identity\/local_admin/) as string,
  });
  expect(await good(['people', 'list'])).toContain('admin@localhost');
  const [last] = (await ledger(server, { action: 'lifecycle' })).slice(-1);
  expect(last).toMatchObject({ action: 'lifecycle.erased', outcome: 'refused', resource: 'person' });
});

test('a person gets what is kept about them, and sees which fields there are', async () => {
  const hal = await invite('hal@example.com', 'Hal');
  await live(hal, { question: 'moons', token: 'his' });
  const { holdings } = (await hal.browser.call('GET', 'holdings')).body as { holdings: { place: string }[] };
  expect(holdings.map(({ place }) => place)).toContain('table people');
  const response = await hal.browser.send('/api/v1/me/export');
  expect(response.headers.get('content-type')).toBe('application/zip');
  const zip = Buffer.from(await response.arrayBuffer());
  for (const name of ['about', 'account', 'questions', 'audit-entries', 'sessions', 'tokens'])
    expect(zip.includes(`${name}.json`), name).toBe(true);
  // An administrator's token is not them.
  expect((await server.call('GET', 'me/export')).status).toBeLessThan(300);
});

test('a whole workspace is erased: nothing opens, no row and no file is left, and a new start is a new workspace', async () => {
  await writeFile(join(folder.path, 'towns.csv'), 'town,people\nplantedtown,5\n');
  await good(['sources', 'add', 'file', 'plantedsource', join(folder.path, 'towns.csv'), '--header']);
  const ida = await invite('ida@example.com', 'Ida');
  await live(ida, { question: 'stars', token: 'hers' });
  expect(await strongroom(['erase', 'workspace', 'other', '--everything'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^lifecycle\/name_differs/) as string,
  });
  expect((await ida.browser.call('POST', 'workspace:erase', { name: 'main' })).status).toBe(403);

  const before = (await call(server, 'GET', 'me')).body['workspace'] as { id: string };
  const { code, stdout } = await strongroom(['erase', 'workspace', 'main', '--everything']);
  expect(code).toBe(0);
  await writeFile(join(folder.path, 'workspace.json'), stdout);
  expect((await offline(['verify', 'certificate', 'workspace.json'])).stdout).toMatch(/^OK/);
  expect(JSON.parse(stdout)).toMatchObject({ erasure: { kind: 'workspace', subject: before.id, status: 'final' } });
  expect((await ida.browser.call('GET', 'me')).status).toBe(401);
  expect((await call(server, 'GET', 'me')).status).toBe(401);

  await server.stop();
  expect(await scanFolder(join(home, 'files'), ['town'])).toEqual([]);
  server = await startServer({ home, env });
  const after = (await call(server, 'GET', 'me')).body['workspace'] as { id: string };
  expect(after.id).not.toBe(before.id);
  expect(await good(['people', 'list'])).not.toContain('ida');
  expect(await good(['ledger', 'list', '--installation'])).toContain(`workspace.${before.id}`);
});
