import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { plant } from './plant.ts';
import { runTool } from './run-tool.ts';

test('a file, an export and a dependency that nothing uses are refused', async () => {
  await using folder = await temporaryFolder('unused');
  await plant(folder.path, {
    'knip.json': await readFile(join(rootFolder, 'knip.json'), 'utf8'),
    'package.json': '{"name":"root","type":"module","workspaces":["packages/*"]}',
    'packages/keyring/package.json':
      '{"name":"@strongroom/keyring","type":"module","exports":{".":"./src/index.ts"},"dependencies":{"left-pad":"1.0.0"}}',
    'packages/keyring/src/index.ts': "export { used } from './used.ts';\n",
    'packages/keyring/src/used.ts': 'export const used = 1;\nexport const forgottenExport = 2;\n',
    'packages/keyring/src/forgotten-file.ts': 'export const x = 1;\n',
  });
  const { stdout, code } = await runTool('knip', ['--no-progress'], folder.path);
  expect(code).toBe(1);
  for (const name of ['forgotten-file.ts', 'forgottenExport', 'left-pad']) expect(stdout).toContain(name);
  expect(stdout).not.toMatch(/^used\b/m);
});
