import type { Term, termChangeSchema, termInputSchema } from '@strongroom/protocol';
import type { z } from 'zod';
import { type Asker, randomUUIDv7 } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { CatalogDeps } from './deps.ts';
import { notFound, termExists, termNeedsLink, termNotFound } from './errors.ts';
import {
  deleteLink,
  deleteTerm,
  findPlace,
  insertLinks,
  lockTerms,
  saveTerm,
  selectTerms,
  type ShownPlace,
  type StoredTerm,
  tablesOfTerm,
} from './glossary-store.ts';
import { indexTables, type Shown } from './store.ts';
import { withView } from './view.ts';

type Tx = Transaction<Tables>;
export type TermInput = z.output<typeof termInputSchema>;
export type TermChange = z.output<typeof termChangeSchema>;

/**
 * Terms that the asker may see, by name: those that are linked to nothing, and those of which they may see one thing that they are linked to.
 */
export async function listTerms(deps: CatalogDeps, asker: Asker): Promise<Term[]> {
  return withView(deps, asker, async (transaction, view) => (await selectTerms(transaction, view)).map(toTerm));
}

/**
 * Throws `catalog/term_exists` (409) when the asker sees one of that name, and `catalog/not_found` (404) for a link to what is hidden or
 * unknown. A term that they don't see may have the same name: refusing it would tell of it.
 */
export async function addTerm(deps: CatalogDeps, asker: Asker, input: TermInput): Promise<Term> {
  return withView(deps, asker, async (transaction, view) => {
    await lockTerms(transaction, asker.workspaceId);
    const places = await placesOf(transaction, view, input.links);
    return toTerm(await createTerm(deps, asker, transaction, view, input, places));
  });
}

/**
 * Of the links the asker changes those they see; others stay. Throws as `addTerm`, `catalog/term_not_found` (404), and
 * `catalog/term_needs_link` (422): a term that some saw would else be one that all see.
 */
export async function changeTerm(deps: CatalogDeps, asker: Asker, id: string, change: TermChange): Promise<Term> {
  return withView(deps, asker, async (transaction, view) => {
    await lockTerms(transaction, asker.workspaceId);
    const term = await findTerm(transaction, view, id);
    const places = change.links === undefined ? null : await placesOf(transaction, view, change.links);
    return toTerm(await rewriteTerm(deps, asker, transaction, view, term, change, places));
  });
}

/** For everybody who sees it. Throws `catalog/term_not_found` (404). */
export async function removeTerm(deps: CatalogDeps, asker: Asker, id: string): Promise<void> {
  await withView(deps, asker, async (transaction, view) => {
    await lockTerms(transaction, asker.workspaceId);
    const term = await findTerm(transaction, view, id);
    const tables = await tablesOfTerm(transaction, term.id);
    await deleteTerm(transaction, term.id);
    await indexTables(transaction, tables);
  });
}

/** Under the lock. */
export async function createTerm(
  deps: Pick<CatalogDeps, 'clock'>,
  asker: Asker,
  transaction: Tx,
  view: Shown,
  input: Omit<TermInput, 'links'>,
  places: readonly ShownPlace[],
): Promise<StoredTerm> {
  const id = randomUUIDv7();
  await refuseTaken(transaction, view, id, input.name);
  const synonyms = [...new Set(input.synonyms)];
  const now = deps.clock.now();
  await saveTerm(transaction, asker.workspaceId, { ...input, id, synonyms, linked: places.length > 0 }, now);
  await insertLinks(transaction, asker.workspaceId, id, places);
  await indexTables(transaction, await tablesOfTerm(transaction, id));
  return findTerm(transaction, view, id);
}

/** Under the lock. `places`: in place of the links that are shown; null leaves them. */
export async function rewriteTerm(
  deps: Pick<CatalogDeps, 'clock'>,
  asker: Asker,
  transaction: Tx,
  view: Shown,
  term: StoredTerm,
  change: Omit<TermChange, 'links'>,
  places: readonly ShownPlace[] | null,
): Promise<StoredTerm> {
  const { name = term.name, synonyms = term.synonyms, definition = term.definition } = change;
  if (places?.length === 0 && term.linked) throw termNeedsLink();
  if (change.name !== undefined) await refuseTaken(transaction, view, term.id, name);
  const linked = term.linked || (places ?? []).length > 0;
  const before = await tablesOfTerm(transaction, term.id);
  const words = { id: term.id, name, synonyms: [...new Set(synonyms)], definition, linked };
  await saveTerm(transaction, asker.workspaceId, words, deps.clock.now());
  if (places !== null) {
    // Those first: a term that is linked goes with its last link.
    await insertLinks(transaction, asker.workspaceId, term.id, places);
    for (const resource of term.links.filter((link) => !places.some((place) => place.resource === link))) {
      const place = await findPlace(transaction, view, resource);
      if (place !== null) await deleteLink(transaction, term.id, place);
    }
  }
  const after = await tablesOfTerm(transaction, term.id);
  await indexTables(transaction, [...new Set([...before, ...after])]);
  return findTerm(transaction, view, term.id);
}

async function findTerm(transaction: Tx, view: Shown, id: string): Promise<StoredTerm> {
  const [term] = await selectTerms(transaction, view, { id });
  if (term === undefined) throw termNotFound();
  return term;
}

async function refuseTaken(transaction: Tx, view: Shown, id: string, name: string): Promise<void> {
  const taken = (await selectTerms(transaction, view, { name })).some((term) => term.id !== id);
  if (taken) throw termExists(name);
}

async function placesOf(transaction: Tx, view: Shown, resources: readonly string[]): Promise<ShownPlace[]> {
  const places: ShownPlace[] = [];
  for (const resource of new Set(resources)) {
    const place = await findPlace(transaction, view, resource);
    if (place === null) throw notFound();
    places.push(place);
  }
  return places;
}

export function toTerm({ linked: _linked, ...term }: StoredTerm): Term {
  return { ...term, synonyms: [...term.synonyms], links: [...term.links] };
}
