import type { CatalogTable, ForeignKey, Understanding } from '@strongroom/protocol';
import { printSelect } from '@strongroom/sql-guard';
import { checkPlan } from './check-plan.ts';
import { chunk, type Chunk, type Mention } from './chunks.ts';
import { compose, type SelectTree, usedPaths } from './compose.ts';
import { findValues, type Lookup } from './find-values.ts';
import { type Keyed, withKeys } from './keys.ts';
import { parse } from './parse.ts';
import { potential } from './places.ts';
import type { QuestionPlan } from './plan.ts';
import type { Reading } from './reading.ts';
import { resolve } from './resolve.ts';
import { NotUnderstood, ValueNotFound } from './scope.ts';
import { tokenize } from './tokens.ts';
import { createVocabulary } from './vocabulary.ts';

export type TranslationInput = {
  readonly question: string;
  /** What the asker may see, of one source or of several. */
  readonly tables: readonly CatalogTable[];
  /** The day the question is asked. */
  readonly today: Date;
  readonly lookup: Lookup;
  /** Whether these columns tell the rows of a table apart, as the asker sees them. */
  readonly isUnique: (table: CatalogTable, columns: readonly [string, ...string[]]) => Promise<boolean>;
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
const FURTHER = 0.12;
const CLOSEST_MAX = 6;

type Attempt = {
  readonly source: string;
  readonly chunks: readonly Chunk[];
  readonly reading: Reading;
  readonly plan: QuestionPlan | null;
  readonly problem: string | null;
  readonly potential: number;
};

type Planned = Attempt & { readonly plan: QuestionPlan };

/**
 * Translates a question into a SELECT without any model. Silence rather than a wrong answer: a word that nothing
 * accounts for, a name or a value with two meanings, and a question about two sources at once are all declined.
 */
export async function translate(input: TranslationInput): Promise<Translation> {
  const tokens = tokenize(input.question);
  const words = tokens.map((token) => token.lower);
  const sources = [...new Set(input.tables.map((table) => table.source))];
  const keyed = new Map(
    sources.map((source) => [source, withKeys(input.tables.filter((table) => table.source === source))] as const),
  );
  const attempts = [...keyed].flatMap(([source, { tables }]) => attemptsOn(source, tables, tokens, words, input.today));
  const planned = attempts
    .filter((attempt): attempt is Planned => attempt.plan !== null)
    .sort((a, b) => fit(b) - fit(a));
  const highest = planned[0];
  // Of two that fit as well, the one that joins less is the plainer reading.
  const [best] = planned
    .filter((attempt) => highest !== undefined && fit(highest) - fit(attempt) < TIE)
    .sort((a, b) => joins(a) - joins(b));
  // A table whose names fit better, but which can't answer, is what was meant: an answer from another would be a wrong one.
  const meant = attempts.filter((attempt) => attempt.plan === null).sort((a, b) => b.potential - a.potential)[0];
  if (best === undefined)
    return declined(meant === undefined ? [] : [meant], input.tables, meant?.problem ?? input.question);
  if (meant !== undefined && meant.potential - best.potential > TIE)
    return declined([meant], input.tables, meant.problem ?? input.question);
  let problem: { attempt: Planned; words: string } | null = null;
  const further = planned.filter((one) => one !== best && fit(best) - fit(one) < FURTHER);
  for (const attempt of [best, ...further]) {
    const rival = rivalOf(attempt, planned);
    if (rival !== null && problem !== null) break;
    if (rival !== null) {
      const name = (one: Planned): string => (rival.source === attempt.source ? one.plan.main.name : one.source);
      return declined([attempt], input.tables, `whether it is about \`${name(attempt)}\` or \`${name(rival)}\``);
    }
    try {
      return await finish(attempt, keyed.get(attempt.source) ?? { tables: [], assumed: new Set() }, input);
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      problem ??= { attempt, words: error.words };
      // A value that stands nowhere near this table may tell that another was meant.
      if (!(error instanceof ValueNotFound)) break;
    }
  }
  return declined([problem?.attempt ?? best], input.tables, problem?.words ?? input.question);
}

/** Another table or source that fits as well, and joins no more than this one does. */
function rivalOf(attempt: Planned, planned: readonly Planned[]): Planned | null {
  const near = planned.filter((one) => one !== attempt && Math.abs(fit(attempt) - fit(one)) < TIE);
  return near.find((one) => one.source !== attempt.source || joins(one) <= joins(attempt)) ?? null;
}

function joins({ plan }: Planned): number {
  return usedPaths(plan).length;
}

/** Values found, joins checked, and put together as SQL. Throws `NotUnderstood`. */
async function finish(attempt: Planned, { tables, assumed }: Keyed, input: TranslationInput): Promise<Translation> {
  const { plan } = attempt;
  const understood = await findValues(plan, tables, input.lookup);
  checkPlan(plan);
  await checkJoins(plan, assumed, input.isUnique);
  const select = compose(plan, attempt.reading.all);
  return {
    kind: 'translated',
    source: attempt.source,
    select,
    sql: printSelect(select),
    understanding: { understood, notUnderstood: [], closest: [] },
  };
}

/** INVARIANT: a join goes from many to one. A declared key says so; of the others the source is asked. */
async function checkJoins(
  plan: QuestionPlan,
  assumed: ReadonlySet<ForeignKey>,
  isUnique: TranslationInput['isUnique'],
): Promise<void> {
  for (const path of usedPaths(plan)) {
    const hop = path.at(-1);
    const [first, ...others] = hop?.key.references.columns ?? [];
    if (hop === undefined || first === undefined || !assumed.has(hop.key)) continue;
    if (!(await isUnique(hop.table, [first, ...others])))
      throw new NotUnderstood(`whether \`${hop.table.name}\` has one row for each ${first}`);
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
