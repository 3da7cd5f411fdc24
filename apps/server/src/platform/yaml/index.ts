import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
  visit,
} from 'yaml';
import type { z } from 'zod';

/** Line in the text, from 1, of what stands at a path, e.g. `['tables', 'public.flights', 'filter']`. */
export type LineOf = (path: readonly PropertyKey[]) => number;

/** The error for a file that is wrong at a line, from 1. */
export type Wrong = (line: number, reason: string) => Error;

/**
 * A file that a person wrote, by its schema; the text is an attacker's until then. Aliases, tags, a second document and a name that is
 * there twice are refused. Throws what `wrong` makes of the first mistake.
 */
export function readYaml<T>(
  text: string,
  { schema, textLengthMax, wrong }: { schema: z.ZodType<T>; textLengthMax: number; wrong: Wrong },
): { file: T; lineOf: LineOf } {
  if (text.length > textLengthMax) throw wrong(1, `it is longer than ${textLengthMax} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw wrong(lines.linePos(problem.pos[0]).line, firstLine(problem.message));
  checkKeys(document, (offset) => lines.linePos(offset).line, wrong);
  const lineOf: LineOf = (path) => lines.linePos(offsetOf(document.contents, path) ?? 0).line;
  const parsed = schema.safeParse(plain(() => document.toJS({ maxAliasCount: 0 }), wrong));
  if (parsed.success) return { file: parsed.data, lineOf };
  const issue = deepest(parsed.error.issues);
  throw wrong(lineOf(issue.path), `${issue.path.map(String).join(' › ') || 'the file'}: ${issue.message}`);
}

/** Long texts stay on their line. */
export function printYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

/** Where the last part of `path` that is there stands: the key of a map, or the item of a list. */
function offsetOf(contents: Node | null, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = contents;
  let offset = contents?.range?.[0];
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const next: unknown = pair === undefined ? (isSeq(node) ? node.items[Number(step)] : undefined) : pair.key;
    if (!isNode(next)) return offset;
    offset = next.range?.[0] ?? offset;
    node = pair === undefined ? next : pair.value;
  }
  return offset;
}

/**
 * INVARIANT: no key of the text is lost on the way to an object, and with it what it says: not the one of two that read alike
 * (`1` and `"1"`), nor `__proto__`, which the schema passes over.
 */
function checkKeys(document: Document, lineAt: (offset: number) => number, wrong: Wrong): void {
  visit(document, {
    Map(_, { items, range }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : null;
        const line = lineAt((isNode(key) ? key.range : range)?.[0] ?? 0);
        if (name === null) throw wrong(line, 'a name is one word or text');
        if (name === '__proto__') throw wrong(line, `${name} is no name that can be given`);
        if (seen.has(name)) throw wrong(line, `${name} is there twice`);
        seen.add(name);
      }
    },
  });
}

/** Of a union's issues those of the alternative that came furthest say what is wrong. */
function deepest(
  issues: readonly z.core.$ZodIssue[],
  base: readonly PropertyKey[] = [],
): { path: PropertyKey[]; message: string } {
  const found = issues.map((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys')
      return { path: [...path, issue.keys[0]!], message: 'there is no such word here' };
    if (issue.code === 'invalid_key') return { path, message: issue.issues[0]?.message ?? issue.message };
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { path, message: issue.message };
    const inner = issue.errors.map((errors) => deepest(errors, path));
    const best = inner.toSorted((one, other) => other.path.length - one.path.length)[0]!;
    return best.path.length > path.length ? best : { path, message: issue.message };
  });
  return (
    found.toSorted((one, other) => other.path.length - one.path.length)[0] ?? {
      path: [...base],
      message: 'it is no such file',
    }
  );
}

function plain(read: () => unknown, wrong: Wrong): unknown {
  try {
    return read();
  } catch {
    throw wrong(1, 'aliases are not allowed');
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
}
