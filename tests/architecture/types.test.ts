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

/** What is told to a model is made of these; by what somebody tries to make it of, the file that must not compile. */
const disclosures: Readonly<Record<string, string>> = {
  'rows as words': 'buildDisclosure({ question: rows, tables });',
  'a value of a row as words': 'buildDisclosure({ question: value, tables });',
  'a text of anywhere as words': "buildDisclosure({ question: 'select' + value, tables });",
  'the message of an error as words': 'buildDisclosure({ question: error.message, tables });',
  'an answer as words': 'buildDisclosure({ question: answer, tables });',
  'rows as tables': 'buildDisclosure({ question: words, tables: rows });',
  'an answer as tables': 'buildDisclosure({ question: words, tables: [answer] });',
  'the error of a connector as a refusal':
    'buildDisclosure({ question: words, tables, refusal: { code: error.code, position: null, statement } });',
  'an error of running as a refusal':
    "buildDisclosure({ question: words, tables, refusal: { code: 'query/failed', position: null, statement } });",
  'SQL that was run as a refused statement':
    "buildDisclosure({ question: words, tables, refusal: { code: 'query/syntax', position: null, statement: answer.sql.run ?? '' } });",
  'SQL that was run as an earlier one':
    'buildDisclosure({ question: words, tables, earlier: { words: [words], statement: answer.sql.run } });',
  'an outcome as an earlier question':
    'buildDisclosure({ question: words, tables, earlier: { words: [answer.outcome], statement } });',
  'a value as a preference': 'buildDisclosure({ question: words, tables, preferences: [value] });',
  'an object of its shape': 'const forged: Disclosure = { parts: [], tables: 0, columns: 0, heldBack: null };',
  'a text in place of a disclosure': "void egress.disclose(asker, 'rows', signal);",
};
const DISCLOSURE_HEAD = `
import type { Answer, AskerWords, CatalogTable, ProblemError, RowBytes } from '${rootFolder}/packages/protocol/src/index.ts';
import type { Asker } from '${rootFolder}/apps/server/src/contracts/index.ts';
import { buildDisclosure, type Disclosure, type Egress, type ModelStatement } from '${rootFolder}/apps/server/src/capabilities/egress/index.ts';
declare const rows: RowBytes; declare const value: string; declare const answer: Answer; declare const error: ProblemError;
declare const words: AskerWords; declare const tables: CatalogTable[]; declare const statement: ModelStatement;
declare const egress: Egress; declare const asker: Asker; declare const signal: AbortSignal;
export const used = [rows, value, answer, error, words, tables, statement, egress, asker, signal];
`;

test('the compiler lets nothing into a disclosure but metadata, the asker’s own words and a model’s own SQL', async () => {
  await using folder = await temporaryFolder('types-of-disclosures');
  const files = Object.values(disclosures).map((line, at) => [`src/plant-${at}.ts`, `${DISCLOSURE_HEAD}${line}\n`]);
  await plant(folder.path, {
    'tsconfig.json': JSON.stringify({
      extends: join(rootFolder, 'tsconfig.json'),
      compilerOptions: { noEmit: true, typeRoots: [join(rootFolder, 'node_modules/@types')] },
      include: ['src'],
      exclude: [],
    }),
    'package.json': '{"type":"module"}',
    'src/allowed.ts': `${DISCLOSURE_HEAD}buildDisclosure({ question: words, tables, preferences: [words], earlier: { words: [words], statement } });\n`,
    ...Object.fromEntries(files),
  });
  const { stdout } = await runTool('tsc', ['-p', '.', '--pretty', 'false'], folder.path);
  const refused = (file: string): boolean =>
    new RegExp(`^${file.replace('.', '\\.')}\\(\\d+,\\d+\\): error TS2(322|345|739|740|741)`, 'm').test(stdout);
  expect(refused('src/allowed.ts'), stdout).toBe(false);
  expect(Object.keys(disclosures).filter((_, at) => !refused(`src/plant-${at}.ts`))).toEqual([]);
});
