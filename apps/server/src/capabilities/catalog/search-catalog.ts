import type { CatalogHit } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { SourceHandle } from '#sources';
import type { Tables, Transaction } from '#platform/database';
import type { CatalogDeps } from './deps.ts';
import { visibleOf } from './list-tables.ts';
import { findByWords, type FoundEntry, selectTables, type StoredTable } from './store.ts';

const HITS_MAX = 50;
const MORE = 8;
const TERMS_MAX = 8;
const WORDS_LENGTH_MAX = 300;

/**
 * Tables and columns by words of their names, tags, descriptions and comments, best first; misspelt names too where
 * the database has pg_trgm. What the asker may not query is neither found, counted nor ranked.
 */
export async function searchCatalog(deps: CatalogDeps, asker: Asker, words: string): Promise<CatalogHit[]> {
  const terms = termsOf(words);
  const sources = await deps.sources.queryable(asker);
  if (terms.length === 0 || sources.length === 0) return [];
  return deps.database.withWorkspace(asker.workspaceId, async (transaction) => {
    const names = new Map(sources.map((source) => [source.id, source.name]));
    const governed = sources.filter(({ policy }) => policy !== null);
    const stored = await selectTables(
      transaction,
      governed.map(({ id }) => id),
    );
    const isVisible = visibility(governed, visibleOf(stored, governed));
    const found = await findVisible(transaction, [...names.keys()], terms, isVisible);
    return found.map((row) => ({
      resource: row.resource,
      source: names.get(row.source_id) ?? '',
      table: row.table_name,
      column: row.column_name,
      type: row.type,
      description: row.description,
      tags: row.tags,
      score: Math.round(row.score * 10_000) / 10_000,
    }));
  });
}

/**
 * The best hits among what the asker may see: of more than are wanted, since some of them may be hidden. How good a hit is does not
 * depend on the others, so what is hidden changes nothing.
 */
async function findVisible(
  transaction: Transaction<Tables>,
  sourceIds: readonly string[],
  terms: readonly string[],
  isVisible: (hit: FoundEntry) => boolean,
): Promise<FoundEntry[]> {
  for (let asked = HITS_MAX; ; asked *= MORE) {
    const found = await findByWords(transaction, sourceIds, terms, asked);
    const visible = found.filter(isVisible);
    if (visible.length >= HITS_MAX || found.length < asked) return visible.slice(0, HITS_MAX);
  }
}

/** What belongs to a source without a policy is visible. */
function visibility(
  governed: readonly SourceHandle[],
  tables: readonly StoredTable[],
): (hit: Pick<FoundEntry, 'source_id' | 'table_id' | 'column_name'>) => boolean {
  const sources = new Set(governed.map(({ id }) => id));
  const columns = new Map(tables.map((table) => [table.id, new Set(table.columns.map(({ name }) => name))]));
  return ({ source_id: sourceId, table_id: tableId, column_name: column }) => {
    if (!sources.has(sourceId)) return true;
    const shown = columns.get(tableId);
    return shown !== undefined && (column === null || shown.has(column));
  };
}

/** Letters and digits of any script; `flightDelay` and `flight_delay` are two words, as in the entries. */
function termsOf(words: string): string[] {
  const text = words
    .slice(0, WORDS_LENGTH_MAX)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase();
  return [...new Set(text.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, TERMS_MAX);
}
