import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { plant } from './plant.ts';
import { runTool } from './run-tool.ts';

test('a file that is not formatted is refused, one that is passes', async () => {
  await using folder = await temporaryFolder('format');
  await plant(folder.path, {
    '.oxfmtrc.json': await readFile(join(rootFolder, '.oxfmtrc.json'), 'utf8'),
    'good.ts': "export const a = 'a';\n",
  });
  expect(await runTool('oxfmt', ['--check', '.'], folder.path)).toMatchObject({ code: 0 });
  await plant(folder.path, { 'bad.ts': 'export const a="a"\n' });
  const refused = await runTool('oxfmt', ['--check', '.'], folder.path);
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain('bad.ts');
});
