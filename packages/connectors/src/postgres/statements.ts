import { hash } from 'node:crypto';
import type { FieldDescription } from './messages.ts';
import type { ColumnType } from './types.ts';

const STATEMENTS_MAX = 1_000;

/** The columns that a statement gives. */
export type Described = { readonly fields: readonly FieldDescription[]; readonly types: ColumnType[] };

/**
 * Remembers what the statements of one source gave when they ran last, so that one that comes again takes a round trip less.
 * Only ever a guess: the source describes each statement anew, before its first row. Holds no text, a hash of it alone.
 */
export type StatementBook = {
  find(text: string): Described | null;
  remember(text: string, described: Described): void;
  forget(text: string): void;
};

export function createStatementBook(): StatementBook {
  /** In the order of use. */
  const known = new Map<string, Described>();
  const keyOf = (text: string) => hash('sha256', text, 'base64');
  const remember = (key: string, described: Described) => {
    known.delete(key);
    known.set(key, described);
    for (const oldest of known.keys()) {
      if (known.size <= STATEMENTS_MAX) break;
      known.delete(oldest);
    }
  };
  return {
    find(text) {
      const key = keyOf(text);
      const described = known.get(key);
      if (described === undefined) return null;
      remember(key, described);
      return described;
    },
    remember: (text, described) => remember(keyOf(text), described),
    forget: (text) => void known.delete(keyOf(text)),
  };
}

export function sameFields(some: readonly FieldDescription[], others: readonly FieldDescription[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ name, oid, modifier }, at) => {
      const other = others[at];
      return other !== undefined && name === other.name && oid === other.oid && modifier === other.modifier;
    })
  );
}
