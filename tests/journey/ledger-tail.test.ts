import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeEventStream, type LedgerEntry } from '@strongroom/protocol';
import {
  rootFolder,
  type RunningServer,
  runCli,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, ledger, ledgerPosition } from './support/calls.ts';
import { signIn } from './support/sign-in.ts';

let server: RunningServer;
let home: TemporaryFolder;
const start = () => startServer({ home: home.path, env: { STRONGROOM_SAMPLE: 'off' } });

beforeAll(async () => {
  home = await temporaryFolder('home');
  server = await start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

const invite = (email: string, role = 'viewer') => call(server, 'POST', 'people', { email, role });
async function tokenOf(person: string): Promise<string> {
  return String((await call(server, 'POST', 'tokens', { name: 'siem', person })).body['secret']);
}
/** Entries of an open tail one by one; throws where the connection is cut. */
async function* entriesOf(response: Response): AsyncGenerator<LedgerEntry> {
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  for await (const { event, data } of decodeEventStream(response.body ?? nothing()))
    if (event === 'entry' && data !== null) yield JSON.parse(data) as LedgerEntry;
}
async function drain(entries: AsyncGenerator<LedgerEntry>): Promise<void> {
  for await (const _ of entries);
}
async function* nothing(): AsyncGenerator<Uint8Array> {}

test('what is written while somebody follows comes to them, and after a break what they missed, once', async () => {
  const first = entriesOf(await server.call('GET', 'ledger/tail?action=identity&outcome=done'));
  await invite('ada@example.com');
  const seen = (await first.next()).value as LedgerEntry;
  expect(seen).toMatchObject({ action: 'identity.person_invited', resource: 'ada@example.com', state: 'open' });
  await first.return(undefined);
  await invite('bob@example.com');
  const headers = { 'last-event-id': String(seen.position) };
  const again = entriesOf(await server.call('GET', 'ledger/tail?action=identity&outcome=done&after=0', { headers }));
  await invite('cleo@example.com');
  const rest = [(await again.next()).value, (await again.next()).value] as LedgerEntry[];
  expect(rest.map(({ resource }) => resource)).toEqual(['bob@example.com', 'cleo@example.com']);
  await again.return(undefined);
  const tails = await ledger(server, { action: 'ledger.tailed' });
  expect(tails).toMatchObject(Array.from({ length: 2 }, () => ({ outcome: 'done', decision: { allowed: true } })));
});

test('who may not read the log may not follow or export it, and what is no position or filter is refused', async () => {
  await invite('viewer@example.com');
  const token = await tokenOf('viewer@example.com');
  for (const path of ['ledger/tail', 'ledger/export-plain', 'ledger'])
    expect(await call(server, 'GET', path, undefined, { token })).toMatchObject({
      status: 403,
      body: { code: 'http/forbidden' },
    });
  const headers = { 'last-event-id': 'x' };
  expect(await call(server, 'GET', 'ledger/tail', undefined, { headers })).toMatchObject({
    status: 400,
    body: { code: 'ledger/bad_event_id' },
  });
  for (const path of ['ledger/tail?after=-1', 'ledger/export-plain?from=yesterday', 'ledger?acton=query'])
    expect(await call(server, 'GET', path)).toMatchObject({ status: 400, body: { code: 'http/bad_input' } });
});

test('it is cut off when the asker signs out, is removed or has their token revoked, also while nothing comes', async () => {
  const { body } = await invite('carol@example.com', 'admin');
  const carol = await signIn(server, String(body['link']));
  const again = await signIn(
    server,
    String((await call(server, 'POST', 'people/carol@example.com:link', {})).body['link']),
  );
  const own = await call(server, 'POST', 'tokens', { name: 'siem' });
  const { id } = own.body['token'] as { id: string };
  const token = String(own.body['secret']);
  for (const [response, end] of [
    [await carol.send('/api/v1/ledger/tail'), () => carol.call('DELETE', 'sessions/current')],
    [await server.call('GET', 'ledger/tail', { token }), () => call(server, 'DELETE', `tokens/${id}`)],
    [await again.send('/api/v1/ledger/tail'), () => call(server, 'DELETE', 'people/carol@example.com')],
  ] as const) {
    const entries = entriesOf(response);
    await Promise.all([expect(drain(entries)).rejects.toThrow(), end()]);
  }
});

test('the plain export has one entry a line, oldest first, and leaves an entry itself', async () => {
  const file = ['ledger', 'export', 'plain.ndjson', '--plain'];
  const run = (args: readonly string[]) => runCli(args, { env: { STRONGROOM_HOME: home.path }, cwd: home.path });
  expect(await run(file)).toMatchObject({ code: 0, stderr: '' });
  const lines = (await readFile(join(home.path, 'plain.ndjson'), 'utf8')).trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as LedgerEntry);
  expect(entries.map(({ position }) => position)).toEqual(entries.map((_, index) => index + 1));
  expect(entries.at(-1)).toMatchObject({ action: 'ledger.exported', outcome: 'done', state: 'open' });
  expect(await run([...file, '--resource', 'ada@example.com', '--outcome', 'done'])).toMatchObject({ code: 0 });
  const [only, end] = (await readFile(join(home.path, 'plain.ndjson'), 'utf8')).split('\n');
  expect([JSON.parse(only ?? ''), end]).toMatchObject([{ action: 'identity.person_invited' }, '']);
  expect(await run(['ledger', 'export', 'x', '--actor', 'ada@example.com'])).toMatchObject({ code: 2 });
  expect(await run([...file, '--from', 'yesterday'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^http\/bad_input: /),
  });
});

test('`ledger list` finds by each of its options', async () => {
  const { position, at, requestId, session } =
    (await ledger(server, { resource: 'bob@example.com', outcome: 'done' }))[0] ?? {};
  const found = async (...args: string[]): Promise<number[]> => {
    const { stdout, stderr } = await runCli(['ledger', 'list', '--json', '--limit', '500', ...args], {
      env: { STRONGROOM_HOME: home.path },
    });
    expect(stderr).toBe('');
    return (JSON.parse(stdout) as { entries: LedgerEntry[] }).entries.map((entry) => entry.position);
  };
  const day = at?.slice(0, 10) ?? '';
  for (const args of [
    ['--request-id', requestId ?? ''],
    ['--session', session ?? ''],
    ['--from', at ?? ''],
    ['--address', '127.0.0.1', '--actor', 'admin@localhost', '--outcome', 'done'],
    ['--allowed', 'true', '--reason', 'permission people.manage', '--from', `${day}T00:00:00Z`],
  ])
    expect(await found(...args), args.join(' ')).toContain(position);
  for (const args of [
    ['--allowed', 'false'],
    ['--to', at ?? ''],
    ['--address', '192.0.2.1'],
  ])
    expect(await found(...args), args.join(' ')).not.toContain(position);
});

test('`ledger tail` prints entries as they come, goes on after the server started again, and ends when told to', async () => {
  const main = join(rootFolder, 'apps/cli/src/main.ts');
  const after = String(await ledgerPosition(server));
  const child = spawn(process.execPath, [main, 'ledger', 'tail', '--json', '--outcome', 'done', '--after', after], {
    env: { PATH: process.env['PATH'], STRONGROOM_HOME: home.path },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextInvited = async (): Promise<string | null> => {
    for (;;) {
      const entry = JSON.parse(String((await lines.next()).value)) as LedgerEntry;
      if (entry.action === 'identity.person_invited') return entry.resource;
    }
  };
  await invite('dora@example.com');
  expect(await nextInvited()).toBe('dora@example.com');
  expect(await server.stop()).toMatchObject({ code: 0 });
  server = await start();
  await invite('eve@example.com');
  expect(await nextInvited()).toBe('eve@example.com');
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});
