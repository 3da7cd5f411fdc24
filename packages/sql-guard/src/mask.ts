import type { Node } from '@pgsql/types';
import { and, call, cast, literal, operator } from './build-tree.ts';
import { isClearFor, isTextFor, type Mask, showingOf, type TableGrant } from './policy.ts';

const PSEUDONYM_LENGTH = 32;
const SHOWN_AT_THE_END = 4;
/** A shorter text would be told by its end. */
const PARTIAL_LENGTH_MIN = 8;
/** RFC 5321, 4.5.3.1.3. */
const ADDRESS_LENGTH_MAX = 254;

/** `$1` and `$2` of what runs: the two padded keys of HMAC, as hexadecimal text; so that no key stands in a text that people see. */
const OUTER_KEY = 1;
const INNER_KEY = 2;
const BLOCK_SIZE_BYTES = 64;

/** The values of `$1` and `$2`. `key`: at most 64 bytes. */
export function pseudonymKeys(key: Uint8Array | null): string[] {
  if (key === null || key.length > BLOCK_SIZE_BYTES) throw new TypeError('a pseudonym needs a key of at most 64 bytes');
  const padded = (pad: number): string =>
    Buffer.from(Array.from({ length: BLOCK_SIZE_BYTES }, (_, at) => (key[at] ?? 0) ^ pad)).toString('hex');
  return [padded(0x5c), padded(0x36)];
}

/** A grant, and its filter as a condition; null where it admits every row. */
export type AdmittingGrant = { readonly grant: TableGrant; readonly condition: Node | null };

/**
 * What stands for a column outside of the barrier: on each row the clearest showing among the grants that admit it. Evaluated on
 * admitted rows only.
 */
export function shownAs(name: string, column: Node, grants: readonly AdmittingGrant[]): Node {
  const all = grants.map(({ grant }) => grant);
  if (isClearFor(all, name)) return column;
  const asText = isTextFor(all, name);
  const value = asText ? cast(column, 'text') : column;
  const whens: Node[] = [];
  for (const showing of ['clear', 'partial', 'pseudonym'] as const) {
    const those = grants.filter(({ grant }) => showingOf(grant, name) === showing);
    if (those.length === 0) continue;
    const shown = showing === 'clear' ? value : masked(showing, value);
    const conditions = those.flatMap(({ condition }) => (condition === null ? [] : [condition]));
    // Somebody's grant for every row, or the only one there is: nothing to choose from.
    if (conditions.length < those.length || (those.length === grants.length && conditions.length === 1))
      return whens.length === 0 ? shown : { CaseExpr: { args: whens, defresult: shown } };
    for (const condition of conditions) whens.push({ CaseWhen: { expr: condition, result: shown } });
  }
  // Where nothing is ever shown, the type still is.
  if (whens.length === 0) whens.push({ CaseWhen: { expr: literal(false), result: value } });
  return { CaseExpr: { args: whens } };
}

function masked(mask: Exclude<Mask, 'null'>, value: Node): Node {
  return mask === 'pseudonym' ? pseudonym(value) : partial(value);
}

/** HMAC-SHA256 (RFC 2104) of the value's text, the first 128 bits as hexadecimal digits. NULL stays NULL. */
function pseudonym(value: Node): Node {
  const inner = call('sha256', [operator('||', key(INNER_KEY), call('convert_to', [value, literal('UTF8')]))]);
  const outer = call('sha256', [operator('||', key(OUTER_KEY), inner)]);
  return call('left', [call('encode', [outer, literal('hex')]), literal(PSEUDONYM_LENGTH)]);
}

function key(number: number): Node {
  return call('decode', [{ ParamRef: { number } }, literal('hex')]);
}

/**
 * `a***@example.com` of an address, `***6789` of another text of eight characters or more, `***` of a shorter one. A text with spaces
 * is no address: after its `@` may stand anything.
 */
function partial(value: Node): Node {
  const at = call('strpos', [value, literal('@')]);
  const hidden = literal('***');
  const address = operator(
    '||',
    operator('||', call('left', [value, literal(1)]), hidden),
    operator('||', literal('@'), call('split_part', [value, literal('@'), literal(2)])),
  );
  const isAddress = and(
    operator('>', at, literal(1)),
    operator('=', call('strpos', [value, literal(' ')]), literal(0)),
    operator('<=', call('length', [value]), literal(ADDRESS_LENGTH_MAX)),
  );
  const long = operator('>=', call('length', [value]), literal(PARTIAL_LENGTH_MIN));
  return {
    CaseExpr: {
      args: [
        { CaseWhen: { expr: isAddress, result: address } },
        { CaseWhen: { expr: long, result: operator('||', hidden, call('right', [value, literal(SHOWN_AT_THE_END)])) } },
        { CaseWhen: { expr: { NullTest: { arg: value, nulltesttype: 'IS_NOT_NULL' } }, result: hidden } },
      ],
    },
  };
}
