import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  rootFolder,
  type RunningServer,
  runCli,
  runProgram,
  startPostgres,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: RunningServer;
let folder: TemporaryFolder;

beforeAll(async () => {
  [server, folder] = await Promise.all([startServer({ env: { STRONGROOM_SAMPLE: 'off' } }), temporaryFolder('ledger')]);
  await good(['people', 'invite', 'ada@example.com', '--role', 'viewer']);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const strongroom = (args: readonly string[], env: Record<string, string> = { STRONGROOM_HOME: server.home }) =>
  runCli(args, { env, cwd: folder.path });
/** No server anywhere. */
const offline = (args: readonly string[]) => strongroom(args, { STRONGROOM_HOME: join(folder.path, 'nowhere') });

async function good(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await strongroom(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('an export verifies on a machine without a server, and one changed word in it is named', async () => {
  await good(['ledger', 'export', 'audit.ndjson']);
  expect(await offline(['verify', 'ledger', 'audit.ndjson'])).toMatchObject({ code: 0, stderr: '' });

  const path = join(folder.path, 'audit.ndjson');
  const lines = (await readFile(path, 'utf8')).split('\n');
  const changed = lines.findIndex((line) => line.includes('ada@example.com'));
  await writeFile(path, lines.map((line, at) => (at === changed ? line.replace('ada@', 'eve@') : line)).join('\n'));
  expect(await offline(['verify', 'ledger', 'audit.ndjson'])).toMatchObject({
    code: 1,
    stderr: `verify/ledger_altered: entry ${changed} was altered\n`,
  });
  await writeFile(path, lines.filter((_, at) => at !== changed).join('\n'));
  expect((await offline(['verify', 'ledger', 'audit.ndjson'])).stderr).toContain(`entry ${changed} is missing`);
  await writeFile(path, 'something else\n');
  expect(await offline(['verify', 'ledger', 'audit.ndjson'])).toMatchObject({ code: 1, stdout: '' });
  expect(await offline(['verify', 'ledger', 'no-such-file'])).toMatchObject({ code: 1, stdout: '' });
});

test('the running log verifies, and a checkpoint kept from before still holds', async () => {
  await good(['ledger', 'export', 'before.ndjson']);
  const [first = ''] = (await readFile(join(folder.path, 'before.ndjson'), 'utf8')).split('\n');
  const { checkpoint, key }: { checkpoint: string; key: string } = JSON.parse(first);
  await writeFile(join(folder.path, 'checkpoint'), checkpoint);
  await good(['people', 'invite', 'bob@example.com']);
  expect(await good(['ledger', 'verify', '--checkpoint', 'checkpoint', '--key', key])).toMatch(/^OK: \d+ entries of/);
  const other = key.replace(/^[^+]+/, 'another');
  expect(await strongroom(['ledger', 'verify', '--key', other])).toMatchObject({ code: 1 });
});

test('the proof of one entry verifies without a server, and not once a field is changed', async () => {
  const { entries }: { entries: { id: string }[] } = JSON.parse(
    await good(['ledger', 'list', '--resource', 'ada@example.com', '--json']),
  );
  const path = join(folder.path, 'proof.json');
  const proof = await good(['ledger', 'prove', entries[0]?.id ?? '']);
  await writeFile(path, proof);
  expect((await offline(['verify', 'receipt', 'proof.json'])).stdout).toMatch(/^OK: entry \d+ of \d+ /);
  await writeFile(path, proof.replace('example.com', 'example.org'));
  expect(await offline(['verify', 'receipt', 'proof.json'])).toMatchObject({
    code: 1,
    stderr:
      'verify/receipt_altered: the entry was altered; the proof does not lead to the signed root of ' +
      `${(JSON.parse(proof) as { checkpoint: string }).checkpoint.split('\n')[1]} entries\n`,
  });
});

test('the verifier runs by itself: one folder, and nothing installed', async () => {
  await good(['ledger', 'export', 'alone.ndjson']);
  const main = join(rootFolder, 'packages/merkle-log/src/verify-main.ts');
  const run = (args: string[]) => runProgram(process.execPath, [main, ...args], { cwd: folder.path });
  expect(await run(['ledger', 'alone.ndjson'])).toMatchObject({ code: 0, stderr: '' });
  expect(await run(['ledger', 'no-such-file'])).toMatchObject({ code: 1, stdout: '' });
  expect(await run(['nonsense'])).toMatchObject({ code: 2, stdout: '' });
});

test('a log that was changed while the server was away: it starts, says so, does nothing more, and shows the log', async () => {
  await using postgres = await startPostgres({ tcp: true });
  await using home = await temporaryFolder('home');
  const start = () =>
    startServer({ home: home.path, env: { STRONGROOM_SAMPLE: 'off', STRONGROOM_DATABASE_URL: postgres.url() } });
  const own = (args: readonly string[]) => strongroom(args, { STRONGROOM_HOME: home.path });
  const first = await start();
  expect(await own(['people', 'invite', 'ada@example.com'])).toMatchObject({ code: 0 });
  expect(await own(['ledger', 'verify'])).toMatchObject({ code: 0 });
  await first.stop();

  await postgres.run(
    `insert into strongroom.ledger_entries select workspace_id, position + 1000, gen_random_uuid(), at, action, outcome,
     sealed, subjects, wrapped_key, commitment, terms, fields_hash, leaf_hash, mac from strongroom.ledger_entries where position = 1`,
  );
  await using again = await start();
  const ready = async (): Promise<unknown> => (await fetch(`${again.url}/readyz`)).json();
  await expect.poll(ready).toEqual({ status: 'not ready', failing: ['ledger'] });
  expect(again.output().stderr).toContain('the audit log was changed from outside: it stops');
  const refused = await own(['people', 'invite', 'bob@example.com']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^ledger\/integrity_lost: /)]);
  expect(await (await again.call('GET', 'people')).text()).not.toContain('bob@example.com');
  const verified = await own(['ledger', 'verify']);
  expect([verified.code, verified.stderr]).toEqual([
    1,
    expect.stringMatching(/^verify\/ledger_altered: .*no checkpoint covers/),
  ]);
});

test('`strongroom witness` signs a checkpoint of this log that somebody brings, and stops cleanly', async () => {
  await good(['ledger', 'export', 'witnessed.ndjson']);
  const [first = ''] = (await readFile(join(folder.path, 'witnessed.ndjson'), 'utf8')).split('\n');
  const { checkpoint, key }: { checkpoint: string; key: string } = JSON.parse(first);
  const main = join(rootFolder, 'apps/cli/src/main.ts');
  const args = [main, 'witness', '--log', key, '--name', 'witness.example', '--folder', 'w', '--port', '0'];
  const witness = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { ...process.env, INIT_CWD: folder.path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(witness, 'exit');
  const lines = createInterface(witness.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toMatch(/^Witness witness\.example\+[0-9a-f]{8}\+/);
  const url = String((await lines.next()).value).replace('Listening at ', '');
  const answer = await fetch(url, { method: 'POST', body: `old 0\n\n${checkpoint}` });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^\u2014 witness\.example /)]);
  witness.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(await offline(['witness', '--log', 'nonsense', '--name', 'w'])).toMatchObject({ code: 1, stdout: '' });
});
