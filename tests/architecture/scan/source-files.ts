import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder } from '@strongroom/testkit';
import ts from 'typescript';

export type Finding = { readonly file: string; readonly line: number; readonly code: string };

/** Our own TypeScript that ships: no tests, no testkit, no fixtures. Paths from the root, with `/`. */
export async function shippedFiles(): Promise<string[]> {
  const files = [];
  for await (const file of glob(['apps/*/src/**/*.{ts,tsx}', 'packages/*/src/**/*.ts'], { cwd: rootFolder }))
    files.push(file.replaceAll('\\', '/'));
  return files.filter((file) => !/\.test\.tsx?$|^packages\/testkit\/|[-/]test-[a-z-]+\.ts$/.test(file)).sort();
}

export function parseFile(file: string): ts.SourceFile {
  return parseSource(file, readFileSync(join(rootFolder, file), 'utf8'));
}

export function parseSource(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
}

/** Every node for which `is` holds, as findings. */
export function findNodes(source: ts.SourceFile, is: (node: ts.Node) => boolean): Finding[] {
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      findings.push({ file: source.fileName, line: line + 1, code: node.getText(source).slice(0, 120) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}
