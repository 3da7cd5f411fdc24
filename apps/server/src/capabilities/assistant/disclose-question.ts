import type { DisclosureView } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { buildDisclosure, chooseTables, type Egress, type Exchange, type SourceTables, tablesSpokenOf } from '#egress';
import type { Clock } from '#platform/clock';
import type { Query, Reader } from '#query';
import { translateBuiltIn, translateByModel, type Translated } from './translate-question.ts';

export type DiscloseDeps = {
  readonly egress: Egress;
  readonly query: Pick<Query, 'lookup' | 'isUnique'>;
  readonly clock: Clock;
};

type Asked = Pick<Reader, 'lease' | 'signal'> & { readonly question: string };

/** What a translator is told, before it is told, and the power to let it translate. */
export type Told = {
  readonly view: DisclosureView;
  /** Every request to a model for it. */
  readonly exchanges: readonly Exchange[];
  translate(): Promise<Translated>;
};

/** More tables than these are too many to find a question's words in each; those it speaks of most are as many as it could mean. */
const TABLES_MAX = 200;
const TABLES_SPOKEN_OF_MAX = 40;

/** Nothing leaves this process, so it is told of every table, unless there are very many. */
export async function tellBuiltIn(
  deps: DiscloseDeps,
  asker: Asker,
  { question, lease, signal }: Asked,
  sources: readonly SourceTables[],
): Promise<Told> {
  const all = sources.flat();
  const tables = all.length <= TABLES_MAX ? all : await tablesSpokenOf(question, sources, TABLES_SPOKEN_OF_MAX);
  return {
    view: deps.egress.keep(buildDisclosure({ question, tables })),
    exchanges: [],
    translate: () => translateBuiltIn(deps, asker, question, tables, { lease, signal }),
  };
}

/** The disclosure is in the audit log when this resolves; it leaves with `translate`. Throws `egress/*`. */
export async function tellModel(
  deps: DiscloseDeps,
  asker: Asker,
  { question, signal }: Asked,
  sources: readonly SourceTables[],
): Promise<Told> {
  const { source, tables } = await chooseTables(question, sources);
  const disclosed = await deps.egress.disclose(asker, buildDisclosure({ question, tables }), signal);
  const { view, exchange } = disclosed;
  return { view, exchanges: [exchange], translate: () => translateByModel(disclosed, source, tables) };
}
