import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { plant } from './plant.ts';
import { runTool } from './run-tool.ts';

/** By compiler option of `tsconfig.base.json`: the error number it refuses with, and code that earns it. */
const plants: Record<string, readonly [error: number, text: string]> = {
  strict: [2322, 'export const name: string = null;'],
  noUncheckedIndexedAccess: [2322, 'export const first = (names: string[]): string => names[0];'],
  exactOptionalPropertyTypes: [2375, 'export const options: { size?: number } = { size: undefined };'],
  noImplicitOverride: [4114, 'class A { f(): void {} }\nexport class B extends A { f(): void {} }'],
  noFallthroughCasesInSwitch: [
    7029,
    'export function f(x: number) { switch (x) { case 1: x += 1; case 2: return x; } return 0; }',
  ],
  verbatimModuleSyntax: [1484, "import { Thing } from './thing.ts';\nexport const thing: Thing = 1;"],
  erasableSyntaxOnly: [1294, 'export enum Colour { Red }'],
};

test('the compiler refuses what the base configuration forbids', async () => {
  await using folder = await temporaryFolder('types');
  await plant(folder.path, {
    'tsconfig.base.json': await readFile(join(rootFolder, 'tsconfig.base.json'), 'utf8'),
    'tsconfig.json': '{"extends":"./tsconfig.base.json","compilerOptions":{"types":[]},"include":["src"]}',
    'package.json': '{"type":"module"}',
    'src/thing.ts': 'export type Thing = number;\n',
    ...Object.fromEntries(Object.entries(plants).map(([option, [, text]]) => [`src/${option}.ts`, `${text}\n`])),
  });
  const { stdout, code } = await runTool('tsc', ['-p', '.', '--pretty', 'false'], folder.path);
  expect(code).not.toBe(0);
  const accepted = Object.entries(plants).filter(
    ([option, [error]]) => !new RegExp(`^src/${option}\\.ts\\(.*error TS${error}:`, 'm').test(stdout),
  );
  expect(accepted).toEqual([]);
});

test('TypeScript stays at 6: with 7 dependency-cruiser reads nothing and passes everything', async () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    await readFile(join(rootFolder, 'package.json'), 'utf8'),
  );
  expect(devDependencies['typescript']).toMatch(/^6\./);
});
