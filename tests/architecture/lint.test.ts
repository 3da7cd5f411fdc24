import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { plant } from './plant.ts';
import { runTool } from './run-tool.ts';

/** By rule of `.oxlintrc.json`: code that breaks it. */
const plants: Record<string, string> = {
  'eslint/eqeqeq': 'export const same = (a: unknown, b: unknown) => a == b;',
  'eslint/no-console': "console.log('x');",
  'eslint/no-empty': 'try { JSON.parse(String(1)); } catch {}',
  'eslint/no-eval': "eval('1');",
  'eslint/no-unused-vars': 'const forgotten = 1;',
  'eslint/no-var': 'export var old = 1;',
  'eslint/no-warning-comments': '// TODO later\nexport {};',
  'eslint/max-lines': `${'export {};\n'.repeat(401)}`,
  'eslint/prefer-const': 'let fixed = 1;\nexport { fixed };',
  'import/no-default-export': 'export default 1;',
  'node/no-process-env': 'export const path = process.env.PATH;',
  'typescript/await-thenable': 'export async function f() { await 1; }',
  'typescript/ban-ts-comment': '// @ts-ignore\nexport const x: string = 1;',
  'typescript/consistent-type-imports': "import { Buffer } from 'node:buffer';\nexport type B = Buffer;",
  'typescript/no-deprecated': '/** @deprecated */\nfunction old() {}\nold();',
  'typescript/no-explicit-any': 'export const x = (y: any) => y;',
  'typescript/no-floating-promises': 'Promise.resolve(1);',
  'typescript/no-misused-promises': '[1].forEach(async () => {});',
  'typescript/no-unnecessary-type-assertion': "const a = 'a' as string;\nexport const b = a as string;",
  'typescript/only-throw-error': "throw 'x';",
  'typescript/switch-exhaustiveness-check': "export function f(x: 'a' | 'b') { switch (x) { case 'a': return 1; } }",
  'unicorn/filename-case': 'export {};',
  'unicorn/no-process-exit': 'process.exit(1);',
  'react/rules-of-hooks':
    "import { useState } from 'react';\nexport function Scene({ on }: { on: boolean }) { if (on) useState(1); return null; }",
  'react/exhaustive-deps':
    "import { useEffect } from 'react';\nexport function Scene({ on }: { on: boolean }) { useEffect(() => { String(on); }, []); return null; }",
  'react/no-danger': "export const Scene = () => <div dangerouslySetInnerHTML={{ __html: '' }} />;",
  'vitest/no-disabled-tests': "import { test } from 'vitest';\ntest.skip('x', () => {});",
  'vitest/no-focused-tests': "import { test } from 'vitest';\ntest.only('x', () => {});",
  'vitest/no-standalone-expect': "import { expect } from 'vitest';\nexpect(1).toBe(1);",
  'vitest/valid-expect': "import { expect, test } from 'vitest';\ntest('x', () => { expect(1); });",
  'vitest/valid-title': "import { test } from 'vitest';\ntest('', () => {});",
};

type Configuration = { rules: Record<string, string | [string, ...unknown[]]> };
type Report = { diagnostics: { code: string; filename: string }[] };

test('every lint rule that refuses has a violation planted here', async () => {
  const { rules }: Configuration = JSON.parse(await readFile(join(rootFolder, '.oxlintrc.json'), 'utf8'));
  const refusing = Object.keys(rules).filter((name) => rules[name] !== 'off');
  expect(Object.keys(plants).sort()).toEqual(refusing.sort());
});

test('each planted violation is refused by its own rule', async () => {
  await using folder = await temporaryFolder('lint');
  const fileOf = (rule: string): string => {
    if (rule === 'unicorn/filename-case') return 'src/WrongCase.ts';
    const extension = rule.startsWith('react/') ? 'tsx' : rule.startsWith('vitest/') ? 'test.ts' : 'ts';
    return `src/${rule.replace('/', '-')}.${extension}`;
  };
  await plant(folder.path, {
    '.oxlintrc.json': await readFile(join(rootFolder, '.oxlintrc.json'), 'utf8'),
    'tsconfig.json':
      '{"compilerOptions":{"strict":true,"module":"nodenext","target":"es2024","jsx":"react-jsx","noEmit":true},"include":["src"]}',
    'package.json': '{"type":"module"}',
    'src/clean.ts': 'export const clean = 1;\n',
    ...Object.fromEntries(Object.entries(plants).map(([rule, text]) => [fileOf(rule), `${text}\n`])),
  });
  const { stdout, code } = await runTool('oxlint', ['--type-aware', '--format', 'json'], folder.path);
  expect(code).toBe(1);
  const { diagnostics }: Report = JSON.parse(stdout);
  const found = new Set(
    diagnostics.map(
      ({ code: rule, filename }) => `${filename.replaceAll('\\', '/')} ${rule.replace(/^.*\((.*)\)$/, '$1')}`,
    ),
  );
  expect(Object.keys(plants).filter((rule) => !found.has(`${fileOf(rule)} ${rule.split('/')[1]}`))).toEqual([]);
  expect(diagnostics.filter(({ filename }) => filename.endsWith('clean.ts'))).toEqual([]);
});
