import { type CatalogChange, type CatalogFile, type Imported, ProblemError } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { LineOf } from '#platform/yaml';
import type { SourceHandle } from '#sources';
import { readCatalogFile, readWritten } from './catalog-file.ts';
import type { CatalogDeps } from './deps.ts';
import { badFile, notFound, ownerUnknown } from './errors.ts';
import { findPlace, lockTerms, selectTerms, type ShownPlace } from './glossary-store.ts';
import { type Annotation, indexTables, type StoredTable, upsertAnnotation } from './store.ts';
import { createTerm, rewriteTerm } from './terms.ts';
import { type View, viewOf } from './view.ts';

type Entry = Pick<NonNullable<CatalogFile['tables']>[string], 'description' | 'tags' | 'owner'>;
type Importing = {
  readonly deps: CatalogDeps;
  readonly asker: Asker;
  readonly transaction: Transaction<Tables>;
  readonly view: View;
  readonly source: SourceHandle;
  readonly file: CatalogFile;
  readonly lineOf: LineOf;
  /** Ids by the address in the file. */
  readonly owners: ReadonlyMap<string, string>;
};

/**
 * Writes what a catalog file says, all of it or nothing; what it doesn't mention stays. Answers what is another than before; `dryRun`
 * answers the same and changes nothing. Throws `catalog/bad_file` (422) with the line and the reason: for a source, table or column one
 * and the same, whether it is hidden from the asker or never was.
 */
export async function importCatalog(deps: CatalogDeps, asker: Asker, text: string, dryRun: boolean): Promise<Imported> {
  const { file, lineOf } = readCatalogFile(text);
  const sources = await deps.sources.queryable(asker);
  const source = sources.find(({ name }) => name === file.source);
  if (source === undefined) throw badFile(lineOf(['source']), 'there is no such source, or none that you may query');
  const owners = await ownersIn(deps, asker, file, lineOf);
  const people = new Set<string>();
  const work = async (transaction: Transaction<Tables>): Promise<Change[]> => {
    await lockTerms(transaction, asker.workspaceId);
    const view = await viewOf(transaction, sources);
    const importing: Importing = { deps, asker, transaction, view, source, file, lineOf, owners };
    const before = await snapshot(importing);
    await writeTables(importing);
    await writeTerms(importing);
    const after = await snapshot(importing);
    for (const facts of [before, after]) for (const { owner } of facts.values()) if (owner !== null) people.add(owner);
    return differences(before, after);
  };
  const changes = dryRun ? await undone(deps, asker, work) : await deps.database.withWorkspace(asker.workspaceId, work);
  const emails = await deps.directory.namesOf(asker.workspaceId, { people: [...people], teams: [] });
  const named = (change: Change, id: string | null) =>
    id === null || change.member !== 'owner' ? id : (emails.get(id) ?? null);
  return {
    source: source.name,
    dryRun,
    changes: changes.map((change) => ({
      ...change,
      before: named(change, change.before),
      after: named(change, change.after),
    })),
  };
}

/** All that a file names as an owner, by its address. Found before the transaction, which must not wait for another one. */
async function ownersIn(
  { directory }: CatalogDeps,
  { workspaceId }: Asker,
  file: CatalogFile,
  lineOf: LineOf,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const look = async (entry: Entry, path: readonly string[]): Promise<void> => {
    const email = emailOf(entry);
    if (email === null || email === undefined || found.has(email)) return;
    const person = await directory.personByEmail(workspaceId, email);
    if (person === null) throw badFile(lineOf([...path, 'owner']), ownerUnknown().message);
    found.set(email, person.id);
  };
  for (const [table, entry] of Object.entries(file.tables ?? {})) {
    await look(entry, ['tables', table]);
    for (const [column, inner] of Object.entries(entry.columns ?? {}))
      await look(inner, ['tables', table, 'columns', column]);
  }
  return found;
}

/** undefined: not mentioned. */
function emailOf({ owner }: Entry): string | null | undefined {
  if (owner === undefined || owner === null) return owner;
  return owner.trim() === '' ? null : owner.trim().toLowerCase();
}

async function writeTables(importing: Importing): Promise<void> {
  const { transaction, source, file, lineOf } = importing;
  const tables = new Map(
    (await readWritten(transaction, source)).map(({ table }) => [`${table.schema}.${table.name}`, table]),
  );
  const touched = new Set<string>();
  for (const [name, { columns = {}, ...entry }] of Object.entries(file.tables ?? {})) {
    const table = tables.get(name);
    if (table === undefined) throw badFile(lineOf(['tables', name]), notFound().message);
    await writeEntry(importing, table, null, entry);
    for (const [column, inner] of Object.entries(columns)) {
      if (!table.columns.some((one) => one.name === column))
        throw badFile(lineOf(['tables', name, 'columns', column]), notFound().message);
      await writeEntry(importing, table, column, inner);
    }
    touched.add(table.id);
  }
  await indexTables(transaction, [...touched]);
}

async function writeEntry(
  { deps, asker, transaction, source, owners }: Importing,
  table: StoredTable,
  column: string | null,
  entry: Entry,
): Promise<void> {
  const { description, tags } = entry;
  const email = emailOf(entry);
  const change: Partial<Annotation> = {
    ...(description === undefined ? {} : { description: description === '' ? null : description }),
    ...(tags === undefined ? {} : { tags: [...new Set(tags)] }),
    ...(email === undefined ? {} : { owner_id: email === null ? null : (owners.get(email) ?? null) }),
  };
  if (Object.keys(change).length === 0) return;
  const place = { sourceId: source.id, schema: table.schema, table: table.name, column };
  await upsertAnnotation(transaction, asker.workspaceId, place, change, deps.clock.now());
}

async function writeTerms(importing: Importing): Promise<void> {
  const { deps, asker, transaction, view, source, file, lineOf } = importing;
  const seen = new Set<string>();
  for (const [at, { term: name, definition, synonyms, links }] of (file.glossary ?? []).entries()) {
    const path = ['glossary', at];
    if (seen.has(name.toLowerCase())) throw badFile(lineOf([...path, 'term']), `${name} is there twice`);
    seen.add(name.toLowerCase());
    const places: ShownPlace[] = [];
    for (const [index, link] of (links ?? []).entries()) {
      const place = await findPlace(transaction, view, `${source.name}.${link}`);
      if (place === null) throw badFile(lineOf([...path, 'links', index]), notFound().message);
      places.push(place);
    }
    const [term, ...others] = await selectTerms(transaction, view, { name });
    if (others.length > 0) throw badFile(lineOf([...path, 'term']), `there are several terms called ${name}`);
    try {
      if (term === undefined)
        await createTerm(deps, asker, transaction, view, { name, definition, synonyms: synonyms ?? [] }, places);
      else {
        const elsewhere = links === undefined ? null : await linksElsewhere(importing, term.links);
        const change = { definition, ...(synonyms === undefined ? {} : { synonyms }) };
        const wanted = elsewhere === null ? null : [...places, ...elsewhere];
        await rewriteTerm(deps, asker, transaction, view, term, change, wanted);
      }
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status >= 500) throw error;
      throw badFile(lineOf(path), error.message);
    }
  }
}

/** A file speaks of one source; a term's links to others stay. */
async function linksElsewhere({ transaction, view, source }: Importing, links: readonly string[]) {
  const places: ShownPlace[] = [];
  for (const link of links) {
    const place = await findPlace(transaction, view, link);
    if (place !== null && place.sourceId !== source.id) places.push(place);
  }
  return places;
}

type Change = CatalogChange;
type Facts = { readonly members: Readonly<Record<string, string>>; readonly owner: string | null };

/** What the asker sees of what a file can change, by what it is about; an owner is an id here. */
async function snapshot({ transaction, view, source }: Importing): Promise<ReadonlyMap<string, Facts>> {
  const facts = new Map<string, Facts>();
  for (const { table, written } of await readWritten(transaction, source))
    for (const { column, description, tags, owner_id: owner } of written) {
      const on = [source.name, table.schema, table.name, ...(column === null ? [] : [column])].join('.');
      const members = { description: description ?? '', tags: tags.join(', '), owner: owner ?? '' };
      facts.set(JSON.stringify(['resource', on]), { members, owner });
    }
  for (const { id, name, synonyms, definition, links } of await selectTerms(transaction, view)) {
    const members = { definition, synonyms: synonyms.join(', '), links: links.join(', ') };
    facts.set(JSON.stringify(['term', name, id]), { members, owner: null });
  }
  return facts;
}

function differences(before: ReadonlyMap<string, Facts>, after: ReadonlyMap<string, Facts>): Change[] {
  return [...after].flatMap(([key, { members }]) => {
    const [, on] = JSON.parse(key) as [string, string];
    const old = before.get(key)?.members ?? {};
    return Object.entries(members).flatMap(([member, text]) => {
      const was = old[member] ?? '';
      if (was === text) return [];
      const change = { on, member: member as Change['member'], before: was || null, after: text || null };
      return [change];
    });
  });
}

/** Does it all in the database, and takes all of it back. */
async function undone<T>(
  { database }: CatalogDeps,
  { workspaceId }: Asker,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  class Undo extends Error {
    readonly result: T;
    constructor(result: T) {
      super('undone');
      this.result = result;
    }
  }
  try {
    return await database.withWorkspace(workspaceId, async (transaction) => {
      throw new Undo(await work(transaction));
    });
  } catch (error) {
    if (error instanceof Undo) return error.result;
    throw error;
  }
}
