import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, runCli, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';

test('without a server a command fails with one line that says so', async () => {
  await using home = await temporaryFolder();
  const { code, stdout, stderr } = await runCli(['sources', 'list', '--json'], {
    env: { STRONGROOM_URL: 'http://127.0.0.1:9', STRONGROOM_TOKEN: 'x', STRONGROOM_HOME: home.path },
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^cli\/unreachable: [^\n]+\n$/);
});

test.each([
  [[]],
  [['nonsense']],
  [['ask']],
  [['query', 'select 1']],
  [['query', 'select 1', '--source', 'a', '--limit', '0']],
  [['people', 'invite', 'a@example.com', '--role', 'king']],
  [['people', 'role', 'a@example.com', 'king']],
  [['questions', 'forget']],
  [['questions', 'forget', 'an-id', '--all']],
  [['sources', 'add', 'postgres', 'a', '--url', 'postgres://u:p@h/d']],
  [['sources', 'add', 'mariadb', 'a', '--url', 'mariadb://u:p@h/d']],
  [['sources', 'add', 'mariadb', 'a', '--url', 'postgres://u@h/d']],
])('wrong usage exits with 2 and prints nothing to standard output: %j', async (args) => {
  const { code, stdout, stderr } = await runCli(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toBe('');
});

test('a password on the command line is not repeated', async () => {
  const { stderr } = await runCli(['sources', 'add', 'postgres', 'a', '--url', 'postgres://u:hunter2@h/d']);
  expect(stderr).not.toContain('hunter2');
});

test('help is not a failure', async () => {
  expect(await runCli(['--help'])).toMatchObject({ code: 0, stderr: '' });
});

const certificate = (status: string): string =>
  join(rootFolder, 'packages/merkle-log/fixtures', `${status}-certificate.json`);
const otherKey = 'a+b82b2ea6+Ac9Bdw+ih+fau7kij6os/OMBnS1iLLyUj2CzW/OkxeZD';

test('a final certificate is OK, a pending one is PENDING and never OK, and a script can tell them apart', async () => {
  const final = await runCli(['verify', 'certificate', certificate('final')]);
  expect(final).toMatchObject({ code: 0, stderr: '' });
  expect(final.stdout).toMatch(/^OK: erasure of person [^\n]+ final since /);
  const pending = await runCli(['verify', 'certificate', certificate('pending')]);
  expect(pending).toMatchObject({ code: 0, stderr: '' });
  expect(pending.stdout).toMatch(/^PENDING: erasure of person [^\n]+ PENDING, not final/);
  expect(pending.stdout).not.toMatch(/\bOK\b|final since/);
  const { stdout } = await runCli(['verify', 'certificate', certificate('pending'), '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, status: 'pending', problems: [] });
});

test('a certificate that was altered, or is of another log than the key, fails with what is wrong', async () => {
  await using folder = await temporaryFolder();
  await writeFile(
    join(folder.path, 'altered.json'),
    (await readFile(certificate('final'), 'utf8')).replace('4T', '5T'),
  );
  const altered = await runCli(['verify', 'certificate', 'altered.json'], { cwd: folder.path });
  expect(altered).toMatchObject({ code: 1, stdout: '' });
  expect(altered.stderr).toMatch(/^verify\/certificate_altered: the certificate is not signed by [^\n]+\n$/);
  const foreign = await runCli(['verify', 'certificate', certificate('final'), '--key', otherKey]);
  expect(foreign.stderr).toMatch(/^verify\/certificate_altered: the certificate is of another log than the key/);
  const none = await runCli(['verify', 'certificate', join(rootFolder, 'package.json')]);
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr).toMatch(/^verify\/certificate_unreadable: this is not a certificate of an erasure/);
});
