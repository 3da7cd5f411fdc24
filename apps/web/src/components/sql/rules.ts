/** What was added to SQL or changed in it, taken apart: what the policy of the source did, and the rest. */
export type Rules = {
  /** Tables of which rows are filtered, as `schema.table`. */
  filtered: readonly string[];
  masked: readonly { column: string; how: string }[];
  others: readonly string[];
};

const FILTERED = /^rows of (.+) filtered by its policy$/;
const MASKED = /^(.+) masked \(([^()]+)\)$/;

/** From the sentences of the server; one that it does not know is among the others, as it stands. */
export function readRules(rules: readonly string[]): Rules {
  const filtered: string[] = [];
  const masked: { column: string; how: string }[] = [];
  const others: string[] = [];
  for (const rule of rules) {
    const table = FILTERED.exec(rule)?.[1];
    const mask = MASKED.exec(rule);
    if (table !== undefined) filtered.push(table);
    else if (mask !== null) masked.push({ column: mask[1] ?? '', how: mask[2] ?? '' });
    else others.push(rule);
  }
  return { filtered, masked, others };
}

/** `rows filtered, 2 columns masked`; empty when the policy changed nothing. */
export function policyInShort({ filtered, masked }: Rules): string {
  return [
    ...(filtered.length === 0
      ? []
      : [filtered.length === 1 ? 'rows filtered' : `rows of ${filtered.length} tables filtered`]),
    ...(masked.length === 0 ? [] : [masked.length === 1 ? '1 column masked' : `${masked.length} columns masked`]),
  ].join(', ');
}
