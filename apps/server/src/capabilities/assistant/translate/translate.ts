import type { CatalogTable, Understanding } from '@strongroom/protocol';
import { printSelect } from '@strongroom/sql-guard';
import { chunk, type Chunk, type Mention } from './chunks.ts';
import { compose, type SelectTree } from './compose.ts';
import { findValues, type Lookup } from './find-values.ts';
import { parse } from './parse.ts';
import { potential } from './places.ts';
import type { QuestionPlan } from './plan.ts';
import type { Reading } from './reading.ts';
import { resolve } from './resolve.ts';
import { NotUnderstood } from './scope.ts';
import { tokenize } from './tokens.ts';
import { createVocabulary } from './vocabulary.ts';

export type TranslationInput = {
  readonly question: string;
  /** What the asker may see, of one source or of several. */
  readonly tables: readonly CatalogTable[];
  /** The day the question is asked. */
  readonly today: Date;
  readonly lookup: Lookup;
};
export type Translation =
  | {
      readonly kind: 'translated';
      readonly source: string;
      readonly select: SelectTree;
      readonly sql: string;
      readonly understanding: Understanding;
    }
  | { readonly kind: 'declined'; readonly understanding: Understanding };

const TIE = 0.02;
const TAKEN_COST = 0.1;
const DESCRIBED = 0.03;
const CLOSEST_MAX = 6;

type Attempt = {
  readonly source: string;
  readonly chunks: readonly Chunk[];
  readonly reading: Reading;
  readonly plan: QuestionPlan | null;
  readonly problem: string | null;
  readonly potential: number;
};

/**
 * Translates a question into a SELECT without any model. Silence rather than a wrong answer: a word that nothing
 * accounts for, a name or a value with two meanings, and a question about two sources at once are all declined.
 */
export async function translate(input: TranslationInput): Promise<Translation> {
  const tokens = tokenize(input.question);
  const words = tokens.map((token) => token.lower);
  const sources = [...new Set(input.tables.map((table) => table.source))];
  const attempts = sources.flatMap((source) =>
    attemptsOn(
      source,
      input.tables.filter((table) => table.source === source),
      tokens,
      words,
      input.today,
    ),
  );
  const planned = attempts
    .filter((attempt): attempt is Attempt & { plan: QuestionPlan } => attempt.plan !== null)
    .sort((a, b) => fit(b) - fit(a));
  const best = planned[0];
  // A table whose names fit better, but which can't answer, is what was meant: an answer from another would be a wrong one.
  const meant = attempts.filter((attempt) => attempt.plan === null).sort((a, b) => b.potential - a.potential)[0];
  if (best === undefined)
    return declined(meant === undefined ? [] : [meant], input.tables, meant?.problem ?? input.question);
  if (meant !== undefined && meant.potential - best.potential > TIE)
    return declined([meant], input.tables, meant.problem ?? input.question);
  const rivals = planned.filter((attempt) => attempt !== best && fit(best) - fit(attempt) < TIE);
  const rival = rivals[0];
  if (rival !== undefined) {
    const name = (attempt: Attempt & { plan: QuestionPlan }): string =>
      rival.source === best.source ? attempt.plan.main.name : attempt.source;
    return declined([best], input.tables, `whether it is about \`${name(best)}\` or \`${name(rival)}\``);
  }
  const tables = input.tables.filter((table) => table.source === best.source);
  try {
    const settled = await findValues(best.plan, tables, input.lookup);
    const select = compose({ ...best.plan, conditions: settled.conditions, part: settled.part }, best.reading.all);
    return {
      kind: 'translated',
      source: best.source,
      select,
      sql: printSelect(select),
      understanding: { understood: settled.understood, notUnderstood: [], closest: [] },
    };
  } catch (error) {
    if (error instanceof NotUnderstood) return declined([best], input.tables, error.words);
    throw error;
  }
}

/**
 * How well a plan fits among those of other tables and sources: words that are names there count for more than words
 * taken for values, and a table that somebody described is meant to be asked about.
 */
function fit({ plan }: { plan: QuestionPlan }): number {
  const taken = plan.pending
    .flatMap((value) => value.words)
    .join(' ')
    .split(' ')
    .filter((word) => word !== '').length;
  const described = plan.main.comment !== null || plan.main.description !== null;
  return plan.score - TAKEN_COST * taken + (described ? DESCRIBED : 0);
}

function attemptsOn(
  source: string,
  tables: readonly CatalogTable[],
  tokens: ReturnType<typeof tokenize>,
  words: readonly string[],
  today: Date,
): Attempt[] {
  const chunks = chunk(tokens, createVocabulary(tables, words), today);
  const reading = parse(chunks);
  if (reading.lost.length > 0)
    return [{ source, chunks, reading, plan: null, problem: reading.lost.join(', '), potential: 0 }];
  // A question that names nothing of a source is not about it, whatever values the source may hold.
  if (!chunks.some((one) => one.kind === 'mention' || (one.kind === 'key' && one.mention !== null)))
    return [{ source, chunks, reading, plan: null, problem: unknownWords(chunks), potential: 0 }];
  const mentions = mentionsOf(chunks);
  return tables.map((main) => {
    const fit = potential(main, tables, mentions);
    try {
      return { source, chunks, reading, plan: resolve(reading, main, tables), problem: null, potential: fit };
    } catch (error) {
      if (error instanceof NotUnderstood)
        return { source, chunks, reading, plan: null, problem: error.words, potential: fit };
      throw error;
    }
  });
}

function mentionsOf(chunks: readonly Chunk[]): Mention[] {
  return chunks.flatMap((one) =>
    one.kind === 'mention' ? [one.mention] : one.kind === 'key' && one.mention !== null ? [one.mention] : [],
  );
}

function unknownWords(chunks: readonly Chunk[]): string {
  return (
    chunks
      .filter((one) => one.kind === 'word' || one.kind === 'quoted')
      .map((one) => one.text)
      .join(', ') || 'what it is about'
  );
}

/** What was understood of it, what was not, and the names nearest to it. */
function declined(attempts: readonly Attempt[], tables: readonly CatalogTable[], problem: string): Translation {
  const chunks = attempts[0]?.chunks ?? [];
  const best = attempts[0]?.plan;
  const named = mentionsOf(chunks);
  const candidates = named.flatMap((mention) => [...mention.candidates].sort((a, b) => b.score - a.score).slice(0, 3));
  const closest = candidates.map((candidate) => ({
    table: candidate.table.resource,
    column: candidate.column?.name ?? null,
  }));
  const suggested =
    closest.length > 0
      ? closest
      : tables.slice(0, CLOSEST_MAX).map((table) => ({ table: table.resource, column: null }));
  return {
    kind: 'declined',
    understanding: {
      understood:
        best?.understood !== undefined && best.understood.length > 0
          ? [...best.understood]
          : [...new Set(named.map((mention) => mention.text))],
      notUnderstood: [problem],
      closest: suggested
        .filter(
          (one, index) =>
            suggested.findIndex((other) => other.table === one.table && other.column === one.column) === index,
        )
        .slice(0, CLOSEST_MAX),
    },
  };
}
