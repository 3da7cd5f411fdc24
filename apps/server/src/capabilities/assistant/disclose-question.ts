import type { CatalogTable, DisclosureView } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { buildDisclosure, chooseTables, type Egress, type Exchange } from '#egress';
import type { Clock } from '#platform/clock';
import type { Query, Reader } from '#query';
import { translateBuiltIn, translateByModel, type Translated } from './translate-question.ts';

export type DiscloseDeps = { readonly egress: Egress; readonly query: Pick<Query, 'lookup'>; readonly clock: Clock };

type Asked = Pick<Reader, 'lease' | 'signal'> & { readonly question: string };

/** What a translator is told, before it is told, and the power to let it translate. */
export type Told = {
  readonly view: DisclosureView;
  /** Every request to a model for it. */
  readonly exchanges: readonly Exchange[];
  translate(): Promise<Translated>;
};

/** Nothing leaves this process, so it is told of every table. */
export function tellBuiltIn(
  deps: DiscloseDeps,
  asker: Asker,
  { question, lease, signal }: Asked,
  tables: readonly CatalogTable[],
): Told {
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
  tables: readonly CatalogTable[],
): Promise<Told> {
  const { source, chosen } = tablesOfOneSource(question, tables);
  const disclosed = await deps.egress.disclose(asker, buildDisclosure({ question, tables: chosen }), signal);
  const { view, exchange } = disclosed;
  return { view, exchanges: [exchange], translate: () => translateByModel(disclosed, source, chosen) };
}

/** A statement runs in one source, so a model is told of one: that of the table the question speaks of most. */
function tablesOfOneSource(
  question: string,
  tables: readonly CatalogTable[],
): { source: string; chosen: CatalogTable[] } {
  const sources = new Set(tables.map((table) => table.source));
  const best = sources.size === 1 ? tables[0] : chooseTables(question, tables, 1)[0];
  const source = best?.source ?? '';
  return {
    source,
    chosen: chooseTables(
      question,
      tables.filter((table) => table.source === source),
    ),
  };
}
