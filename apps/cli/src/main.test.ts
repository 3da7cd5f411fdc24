import { runCli, temporaryFolder } from '@strongroom/testkit';
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
