import type { CatalogHit } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { CatalogDeps } from './deps.ts';
import { visibleOf } from './list-tables.ts';
import { findByWords, selectTables, type StoredTable } from './store.ts';

const HITS_MAX = 50;
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
    const hidden = hiddenOf(stored, visibleOf(stored, governed));
    const found = await findByWords(transaction, [...names.keys()], terms, hidden, HITS_MAX);
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

/** What of these tables is not among the visible: whole tables by id, and columns as `id:position`. */
function hiddenOf(tables: readonly StoredTable[], visible: readonly StoredTable[]): string[] {
  const columns = new Map(visible.map((table) => [table.id, new Set(table.columns.map(({ name }) => name))]));
  return tables.flatMap(({ id, columns: all }) => {
    const shown = columns.get(id);
    if (shown === undefined) return [id];
    return all.filter(({ name }) => !shown.has(name)).map(({ position }) => `${id}:${position}`);
  });
}

/** Letters and digits of any script; `flightDelay` and `flight_delay` are two words, as in the entries. */
function termsOf(words: string): string[] {
  const text = words
    .slice(0, WORDS_LENGTH_MAX)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase();
  return [...new Set(text.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, TERMS_MAX);
}
