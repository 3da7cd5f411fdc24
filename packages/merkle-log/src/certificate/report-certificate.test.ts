import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, runProgram, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { verdictOf, verifyFile } from '../index.ts';

const fixture = (status: string): string =>
  join(rootFolder, 'packages/merkle-log/fixtures', `${status}-certificate.json`);
const checkpointFile = join(rootFolder, 'packages/merkle-log/fixtures/later-checkpoint.txt');

test('what was issued once verifies for ever, and says whether it is final', async () => {
  for (const [status, verdict] of [
    ['final', 'OK'],
    ['pending', 'PENDING'],
  ] as const) {
    const report = await verifyFile({ kind: 'certificate', file: fixture(status), checkpoints: [checkpointFile] });
    expect(report).toMatchObject({ ok: true, problems: [], status });
    expect(report.summary).toContain('not compared with the 12 entries that you hold');
    expect(verdictOf(report)).toBe(verdict);
    expect(verdictOf({ ...report, ok: false })).toBe('NOT OK');
  }
});

test('bytes that are no text, and a file that is too large, are refused', async () => {
  await using folder = await temporaryFolder('certificate');
  const file = join(folder.path, 'certificate.json');
  const bytes = await readFile(fixture('final'));
  const check = async (content: Buffer) => {
    await writeFile(file, content);
    return verifyFile({ kind: 'certificate', file });
  };
  const at = bytes.indexOf('nightly');
  await expect(check(bytes.fill(0xff, at, at + 1))).rejects.toThrow(/UTF-8/);
  await expect(check(Buffer.alloc(64 * 1024 * 1024 + 1))).rejects.toThrow(/too large/);
});

test('the program says OK, PENDING or NOT OK first, and fails for the last', async () => {
  await using folder = await temporaryFolder('certificate');
  const altered = join(folder.path, 'altered.json');
  await writeFile(altered, (await readFile(fixture('final'), 'utf8')).replace('nightly', 'Nightly'));
  const main = join(rootFolder, 'packages/merkle-log/src/verify-main.ts');
  const run = (file: string) => runProgram(process.execPath, [main, 'certificate', file]);
  expect(await run(fixture('final'))).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^OK: /) });
  const answer = await run(fixture('pending'));
  expect(answer).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^PENDING: .* PENDING, not final/),
  });
  expect(answer.stdout).not.toMatch(/\bOK\b|final since/);
  const { code, stdout, stderr } = await run(altered);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^the certificate is not signed by `[^`]+`\n$/),
  });
  expect(stdout).toMatch(/^NOT OK: /);
  expect(stdout).not.toContain('keys destroyed');
});
