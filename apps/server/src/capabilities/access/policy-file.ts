import { MASKS, type Mask } from '@strongroom/sql-guard';
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
import { z } from 'zod';
import { badPolicy } from './errors.ts';

const TEXT_LENGTH_MAX = 256 * 1024;
const RULES_PER_TABLE_MAX = 50;

const subjectSchema = z
  .string()
  .max(300)
  .regex(/^(everyone|person:.+|team:.+)$/, 'give `everyone`, `person:EMAIL` or `team:NAME`');
const nameSchema = z.string().min(1).max(200);
/** In YAML `null` is no text. */
const maskSchema = z
  .union([z.null(), z.enum(MASKS)], `give one of ${MASKS.join(', ')}`)
  .transform((mask): Mask => mask ?? 'null');
const ruleSchema = z.strictObject({
  grant: z.array(subjectSchema).min(1),
  columns: z
    .strictObject({
      deny: z.array(nameSchema).default([]),
      mask: z.record(nameSchema, maskSchema).default({}),
    })
    .prefault({}),
  // Written and empty it would be every row, which nobody means who writes it.
  filter: z
    .string('write a condition, or leave the filter out for every row')
    .min(1)
    .optional()
    .transform((filter) => filter ?? null),
});
const fileSchema = z.strictObject({
  source: z.string().min(1).max(100),
  tables: z.record(
    z.string().regex(/^[^.]+\..+$/, 'a table is written `schema.table`'),
    z.union([ruleSchema.transform((rule) => [rule]), z.array(ruleSchema).min(1).max(RULES_PER_TABLE_MAX)]),
  ),
});

/** One grant of a table as it is written: to whom, which columns not or not in clear, which rows. */
export type PolicyRule = z.output<typeof ruleSchema>;
/** `tables`: by `schema.table`; several rules of one table are several grants. */
export type PolicyFile = z.output<typeof fileSchema>;
/** Line in the text, from 1, of what stands at a path, e.g. `['tables', 'public.flights', 'filter']`. */
export type LineOf = (path: readonly PropertyKey[]) => number;

/** Throws `access/bad_policy` (422) with the line and the reason. */
export function readPolicyFile(text: string): { file: PolicyFile; lineOf: LineOf } {
  if (text.length > TEXT_LENGTH_MAX) throw badPolicy(1, `it is longer than ${TEXT_LENGTH_MAX} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw badPolicy(lines.linePos(problem.pos[0]).line, firstLine(problem.message));
  checkKeys(document, (offset) => lines.linePos(offset).line);
  const lineOf: LineOf = (path) => lines.linePos(offsetOf(document.contents, path) ?? 0).line;
  const parsed = fileSchema.safeParse(plain(() => document.toJS({ maxAliasCount: 0 })));
  if (parsed.success) return { file: parsed.data, lineOf };
  const issue = deepest(parsed.error.issues);
  throw badPolicy(lineOf(issue.path), `${issue.path.map(String).join(' › ') || 'the file'}: ${issue.message}`);
}

/** The source that a policy file is for, to name it in the audit log; null when the text is no such file. */
export function sourceNamedIn(text: string): string | null {
  try {
    return readPolicyFile(text).file.source;
  } catch {
    return null;
  }
}

export function printPolicyFile({ source, tables }: PolicyFile): string {
  const written = Object.entries(tables).map(([name, rules]) => {
    const parts = rules.map(writeRule);
    return [name, parts.length === 1 ? parts[0] : parts];
  });
  return stringify({ source, tables: Object.fromEntries(written) }, { lineWidth: 0 });
}

function writeRule({ grant, columns: { deny, mask }, filter }: PolicyRule): Record<string, unknown> {
  const masks = Object.entries(mask).map(([column, how]) => [column, how === 'null' ? null : how]);
  const columns = {
    ...(deny.length === 0 ? {} : { deny }),
    ...(masks.length === 0 ? {} : { mask: Object.fromEntries(masks) }),
  };
  return {
    grant,
    ...(Object.keys(columns).length === 0 ? {} : { columns }),
    ...(filter === null ? {} : { filter }),
  };
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
 * INVARIANT: no key of the text is lost on the way to an object, and with it what it hides: not the one of two that read alike
 * (`1` and `"1"`), nor `__proto__`, which the schema passes over.
 */
function checkKeys(document: Document, lineAt: (offset: number) => number): void {
  visit(document, {
    Map(_, { items, range }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : null;
        const line = lineAt((isNode(key) ? key.range : range)?.[0] ?? 0);
        if (name === null) throw badPolicy(line, 'a name is one word or text');
        if (name === '__proto__') throw badPolicy(line, `${name} is no name that a policy can give`);
        if (seen.has(name)) throw badPolicy(line, `${name} is there twice`);
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
      message: 'it is no policy',
    }
  );
}

function plain(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    throw badPolicy(1, 'aliases are not allowed');
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
}
