import type { CatalogAnswer, CatalogHit } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { CatalogDeps } from './deps.ts';
import { selectTerms, selectWords } from './glossary-store.ts';
import { keyOf } from './list-tables.ts';
import { selectLevels, selectTableLevels } from './popularity-store.ts';
import { findByWords, type FoundEntry, ownersOf } from './store.ts';
import { toTerm } from './terms.ts';
import { type View, withView } from './view.ts';

const HITS_MAX = 50;
const TERMS_MAX = 8;
const WORDS_LENGTH_MAX = 300;
/** What is queried all the time goes before what is not where the words fit alike, and not before what they fit better. */
const POPULARITY_WEIGHT = 0.02;

/**
 * Tables and columns by words of their names, tags, owners, glossary terms, descriptions and comments, best first; misspelt names too
 * where the database has pg_trgm; and terms by their own words. What the asker may not query is neither found, counted nor ranked.
 */
export async function searchCatalog(deps: CatalogDeps, asker: Asker, words: string): Promise<CatalogAnswer> {
  const asked = wordsOf(words);
  if (asked.length === 0) return { hits: [], terms: [] };
  const { view, people } = await withView(deps, asker, async (transaction, shown) => ({
    view: shown,
    people: await ownersOf(transaction, shown),
  }));
  // Addresses lie sealed and are no words of the search: whoever owns anything of what is shown is compared here.
  const emails = await deps.directory.namesOf(asker.workspaceId, { people, teams: [] });
  const wordsOfOwner = (id: string): string[] => wordsOf(emails.get(id)?.split('@')[0] ?? '');
  const owners = people.filter((id) => wordsOfOwner(id).some((word) => asked.includes(word)));
  const known = asked.filter((word) => owners.some((id) => wordsOfOwner(id).includes(word)));
  return deps.database.withWorkspace(asker.workspaceId, async (transaction) => {
    const terms = await selectTerms(transaction, view, { words: asked });
    const found = await findByWords(transaction, view, { asked, known }, owners, HITS_MAX);
    return { hits: await describe(transaction, view, found, emails), terms: terms.map(toTerm) };
  });
}

async function describe(
  transaction: Transaction<Tables>,
  view: View,
  found: readonly FoundEntry[],
  emails: ReadonlyMap<string, string>,
): Promise<CatalogHit[]> {
  const ids = [...new Set(found.map(({ source_id: id }) => id))];
  const words = Map.groupBy(await selectWords(transaction, ids), keyOf);
  const popularity = new Map((await selectLevels(transaction, ids)).map((place) => [keyOf(place), place.level]));
  const tables = await selectTableLevels(transaction, view, [...new Set(found.map(({ table_id: id }) => id))]);
  return found
    .map((row): CatalogHit => {
      const place = {
        sourceId: row.source_id,
        schema: row.schema_name,
        table: row.table_name,
        column: row.column_name,
      };
      const level = (row.column_name === null ? tables.get(row.table_id) : popularity.get(keyOf(place))) ?? 0;
      return {
        resource: row.resource,
        source: view.sourceNames.get(row.source_id) ?? '',
        table: row.table_name,
        column: row.column_name,
        type: row.type,
        description: row.description,
        tags: row.tags,
        owner: row.owner_id === null ? null : (emails.get(row.owner_id) ?? null),
        glossary: (words.get(keyOf(place)) ?? []).map(({ name }) => name),
        popularity: level,
        score: Math.round((row.score + POPULARITY_WEIGHT * level) * 10_000) / 10_000,
      };
    })
    .sort((one, other) => other.score - one.score);
}

/** Letters and digits of any script; `flightDelay` and `flight_delay` are two words, as in the entries. */
function wordsOf(text: string): string[] {
  const words = text
    .slice(0, WORDS_LENGTH_MAX)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase();
  return [...new Set(words.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, TERMS_MAX);
}
