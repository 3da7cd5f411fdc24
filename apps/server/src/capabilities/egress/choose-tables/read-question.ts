import { ABBREVIATIONS, STOP_WORDS, SYNONYMS, WEAK_WORDS } from './english.ts';
import { kindsNamed } from './well-known-values.ts';
import { splitWords, stem } from './words.ts';

// How much a word counts that the question does not bear itself, or bears whatever it is about. Tuned on the tuning half of
// Spider (`bench/disclosure`); each may be half or double without losing more than a point there.
const WEAK = 0.3;
const SYNONYM = 0.7;
const KIND = 0.9;
/** A question is read so far; who writes a novel is not helped by its end. */
const TERMS_MAX = 64;

/** Something the question asks for: any of these stems. A table that has several counts with the best. */
export type AskedTerm = {
  readonly weight: number;
  readonly stems: readonly { readonly stem: string; readonly weight: number }[];
  /** Whether names that begin like it, or are its beginning, count too: not for what is weak or guessed. */
  readonly isLoose: boolean;
};

const synonyms = relatives();

export function readQuestion(question: string): AskedTerm[] {
  const terms = new Map<string, AskedTerm>();
  for (const word of splitWords(question.replace(/['’]s\b/g, ''))) {
    if (STOP_WORDS.has(word) || word.length < 2 || /^\d+$/.test(word)) continue;
    const own = stem(word);
    const isWeak = WEAK_WORDS.has(word);
    if (terms.has(own) && isWeak) continue;
    const others = [...(synonyms.get(own) ?? [])].map((other) => ({ stem: other, weight: SYNONYM }));
    terms.set(own, {
      weight: isWeak ? WEAK : 1,
      stems: [{ stem: own, weight: 1 }, ...others],
      isLoose: !isWeak,
    });
  }
  const kinds = kindsNamed(question).map((names) => ({
    weight: KIND,
    stems: names.map((name) => ({ stem: stem(name), weight: 1 })),
    isLoose: false,
  }));
  return [...terms.values(), ...kinds].slice(0, TERMS_MAX);
}

function relatives(): Map<string, Set<string>> {
  const related = new Map<string, Set<string>>();
  for (const words of [...SYNONYMS, ...ABBREVIATIONS]) {
    const stems = words.map(stem);
    for (const one of stems) {
      const others = related.get(one) ?? new Set();
      related.set(one, others);
      for (const other of stems) if (other !== one) others.add(other);
    }
  }
  return related;
}
