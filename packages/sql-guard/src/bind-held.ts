import type { Node } from '@pgsql/types';
import type { HeldLiteral } from '@strongroom/protocol';
import { scanSync } from 'libpg-query';
import { cast, literal } from './build-tree.ts';
import { notAllowed } from './refusal.ts';
import { become, isObject, nodeType, text } from './tree.ts';

/** The value of `:v1`, `:v2`, …: what whoever wrote the statement was told the name and the kind of, and nothing else. */
export type HeldValue = Pick<HeldLiteral, 'kind' | 'value'>;

/** One of each kind that fits wherever a value of that kind may: by it a statement is judged before the value is put in. */
const STAND_INS: Readonly<Record<HeldValue['kind'], string>> = { number: '1', date: '2000-01-01', text: 'x' };

export function standIn({ kind }: HeldValue): HeldValue {
  return { kind, value: STAND_INS[kind] };
}

/** Within a constant, e.g. `'%:v1%'`. */
const NAMED = /:v([1-9][0-9]{0,3})(?![0-9A-Za-z_])/g;
const NAME = /^v([1-9][0-9]{0,3})$/;
const COLON = 58;

/**
 * The statement with `:v1` written as `$01`, which PostgreSQL's grammar knows, and of the same length, so that positions stay what they were.
 * INVARIANT: no value is put into text; they enter the tree.
 */
export function nameHeld(sql: string): string {
  let tokens: { start: number; end: number; tokenType: number; text: string }[];
  try {
    ({ tokens } = scanSync(sql));
  } catch {
    // Not even words: the parser says where.
    return sql;
  }
  // Its places are those of UTF-8.
  const bytes = Buffer.from(sql);
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    const number = next?.start === token.end && token.tokenType === COLON ? NAME.exec(next.text)?.[1] : undefined;
    if (number !== undefined) bytes.write(`$0${number}`, token.start, 'latin1');
  }
  return bytes.toString('utf8');
}

/** Puts the values into the tree as constants of their kind, in quotes too. Returns how many places were filled. Changes `tree`. */
export function bindHeld(tree: unknown, values: readonly HeldValue[]): number {
  let bound = 0;
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== 'object' || node === null) continue;
    const type = isObject(node) ? nodeType(node) : null;
    const negated = type === 'A_Expr' ? negatedPlace(node as Node) : null;
    if (negated !== null && values[negated - 1]?.kind === 'number') {
      // A negative number is one constant to the parser, which is to read back what is printed.
      const { kind, value } = valueOf(values, negated);
      become(node as Node, constant({ kind, value: `-${value}` }));
      bound += 1;
    } else if (isObject(node) && type === 'ParamRef') {
      const { ParamRef: place } = node as { ParamRef: { number?: number } };
      become(node as Node, constant(valueOf(values, place.number ?? 0)));
      bound += 1;
    } else if (isObject(node) && type === 'A_Const') {
      bound += bindInText(node['A_Const'], values);
    } else {
      pending.push(...Object.values(node));
    }
  }
  return bound;
}

/** Of `-:v1`: which. */
function negatedPlace(node: Node): number | null {
  if (!('A_Expr' in node)) return null;
  const { kind, name, lexpr, rexpr } = node.A_Expr;
  const isMinus = kind === 'AEXPR_OP' && lexpr === undefined && name?.length === 1 && text(name[0]) === '-';
  return isMinus && rexpr !== undefined && 'ParamRef' in rexpr ? (rexpr.ParamRef.number ?? 0) : null;
}

function bindInText(node: unknown, values: readonly HeldValue[]): number {
  const quoted = isObject(node) && isObject(node['sval']) ? node['sval'] : null;
  if (quoted === null || typeof quoted['sval'] !== 'string') return 0;
  let bound = 0;
  quoted['sval'] = quoted['sval'].replace(NAMED, (_name, number: string) => {
    bound += 1;
    return valueOf(values, Number(number)).value;
  });
  return bound;
}

function constant({ kind, value }: HeldValue): Node {
  // A text has no type until it meets a column, as any constant in quotes: `'02139'` is compared with numbers too.
  if (kind === 'text') return literal(value);
  if (kind === 'date') return value.includes(' ') ? timestamp(value) : cast(literal(value), 'date');
  const number = Number(value);
  return Number.isSafeInteger(number) && String(number) === value
    ? literal(number)
    : { A_Const: { fval: { fval: value } } };
}

/** As the parser has it: this type is a word of the grammar, which names it in full. */
function timestamp(value: string): Node {
  const names = ['pg_catalog', 'timestamp'].map((sval): Node => ({ String: { sval } }));
  return { TypeCast: { arg: literal(value), typeName: { names, typemod: -1 } } };
}

function valueOf(values: readonly HeldValue[], number: number): HeldValue {
  const held = values[number - 1];
  if (held === undefined) throw notAllowed(`:v${number} without a value`);
  const { kind, value } = held;
  const isSound =
    kind === 'text'
      ? value.isWellFormed() && !value.includes('\0')
      : kind === 'date'
        ? /^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?$/.test(value)
        : /^\d{1,100}(?:\.\d{1,100})?$/.test(value);
  if (!isSound) throw notAllowed(`:v${number} that is not a ${kind}`);
  return held;
}
