import MiniSearch from 'minisearch';
import type { KnownTable } from '../apps/server/src/capabilities/egress/choose-tables/table-index.ts';
import { splitWords, stem } from '../apps/server/src/capabilities/egress/choose-tables/words.ts';
import type { Chooser } from './measure-choice.ts';

/** Plain BM25 over all words of a table, by a library that many use; it is given our way to split and stem, which helps it much. */
export function plainChooser(tables: readonly KnownTable[]): Chooser {
  const index = new MiniSearch<KnownTable>({
    idField: 'resource',
    fields: ['words'],
    extractField: (table, field) => (field === 'resource' ? table.resource : wordsOf(table)),
    tokenize: splitWords,
    processTerm: stem,
  });
  index.addAll(tables);
  return async (question) => index.search(question).map(({ id }) => id);
}

function wordsOf({ schema, name, columns }: KnownTable): string {
  return [schema, name, ...columns.flatMap((column) => [column.name, column.comment ?? ''])].join(' ');
}
