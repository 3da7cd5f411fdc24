import { chooseTables } from '../apps/server/src/capabilities/egress/choose-tables/choose-tables.ts';
import type { KnownTable } from '../apps/server/src/capabilities/egress/choose-tables/table-index.ts';
import { countTokens } from '../apps/server/src/capabilities/egress/count-tokens.ts';
import { describeTable } from '../apps/server/src/capabilities/egress/disclosure/schema-part.ts';
import type { AskedQuestion } from './collections.ts';

/** Resources of tables, best first. */
export type Chooser = (question: string) => Promise<readonly string[]>;
/** Percent. Recall: the mean share of a question's tables that are found; all found: the share of questions with all of theirs. */
export type Found = Readonly<Record<'R@5' | 'all-found@5' | 'R@10' | 'all-found@10', number>>;

export async function measureFound(questions: readonly AskedQuestion[], choose: Chooser): Promise<Found> {
  const sums = { 'R@5': 0, 'all-found@5': 0, 'R@10': 0, 'all-found@10': 0 };
  for (const { text, gold } of questions) {
    const chosen = await choose(text);
    for (const count of [5, 10] as const) {
      const first = new Set(chosen.slice(0, count));
      const share = gold.filter((resource) => first.has(resource)).length / gold.length;
      sums[`R@${count}`] += share;
      sums[`all-found@${count}`] += share === 1 ? 1 : 0;
    }
  }
  const percent = (sum: number): number => (100 * sum) / questions.length;
  return {
    'R@5': percent(sums['R@5']),
    'all-found@5': percent(sums['all-found@5']),
    'R@10': percent(sums['R@10']),
    'all-found@10': percent(sums['all-found@10']),
  };
}

/** What a model is told, in the order it is told. */
export function ourChooser(tables: readonly KnownTable[]): Chooser {
  return async (question) => (await chooseTables(question, [tables])).tables.map(({ resource }) => resource);
}

/** Of the schema that is sent: tokens on average, and percent of the columns that a question's SQL names, of its tables that are told. */
export async function measureSize(
  questions: readonly AskedQuestion[],
  tables: readonly KnownTable[],
): Promise<{ tokens: number; columns: number }> {
  const whole = new Map(tables.map((table) => [table.resource, table]));
  let tokens = 0;
  let needed = 0;
  let told = 0;
  for (const { text, sql, gold } of questions) {
    const chosen = await chooseTables(text, [tables]);
    tokens += countTokens(chosen.tables.map(describeTable).join('\n'));
    const words = new Set(sql.toLowerCase().match(/\w+/g));
    for (const table of chosen.tables.filter(({ resource }) => gold.includes(resource))) {
      const named = (columns: KnownTable['columns']): number =>
        columns.filter(({ name }) => words.has(name.toLowerCase())).length;
      needed += named(whole.get(table.resource)?.columns ?? []);
      told += named(table.columns);
    }
  }
  return { tokens: tokens / questions.length, columns: (100 * told) / needed };
}
