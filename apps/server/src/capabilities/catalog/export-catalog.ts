import type { CatalogFile } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { printYaml } from '#platform/yaml';
import { linksIn, readWritten, type Written } from './catalog-file.ts';
import type { CatalogDeps } from './deps.ts';
import { selectTerms, type StoredTerm } from './glossary-store.ts';
import { viewOf } from './view.ts';

/**
 * What people wrote about a source as a YAML file: descriptions, tags, owners, and the terms that are linked to it or to nothing. As far as
 * the asker sees it; `importCatalog` takes it. Throws `query/denied` (403) for a source that is hidden or unknown.
 */
export async function exportCatalog(deps: CatalogDeps, asker: Asker, name: string): Promise<string> {
  const source = await deps.sources.find(asker, name);
  const { tables, terms } = await deps.database.withWorkspace(asker.workspaceId, async (transaction) => ({
    tables: await readWritten(transaction, source),
    terms: await selectTerms(transaction, await viewOf(transaction, [source])),
  }));
  const owners = tables.flatMap(({ written }) => written.flatMap(({ owner_id: id }) => id ?? []));
  const emails = await deps.directory.namesOf(asker.workspaceId, { people: [...new Set(owners)], teams: [] });
  const described = tables.flatMap(({ table, written }) => {
    const columns = written
      .filter(({ column }) => column !== null)
      .map((one) => [one.column, entryOf(one, emails)] as const)
      .filter(([, entry]) => Object.keys(entry).length > 0);
    const own = written.find(({ column }) => column === null);
    const entry = {
      ...(own === undefined ? {} : entryOf(own, emails)),
      ...(columns.length === 0 ? {} : { columns: Object.fromEntries(columns) }),
    };
    return Object.keys(entry).length === 0 ? [] : [[`${table.schema}.${table.name}`, entry] as const];
  });
  const file: CatalogFile = {
    source: name,
    ...(described.length === 0 ? {} : { tables: Object.fromEntries(described) }),
    ...(terms.length === 0 ? {} : { glossary: terms.map((term) => termOf(term, name)) }),
  };
  return printYaml(file);
}

function entryOf({ description, tags, owner_id: id }: Written, emails: ReadonlyMap<string, string>) {
  const owner = id === null ? undefined : emails.get(id);
  return {
    ...(description === null ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(owner === undefined ? {} : { owner }),
  };
}

function termOf(term: StoredTerm, source: string): NonNullable<CatalogFile['glossary']>[number] {
  const links = linksIn(source, term);
  return {
    term: term.name,
    definition: term.definition,
    ...(term.synonyms.length === 0 ? {} : { synonyms: term.synonyms }),
    ...(links.length === 0 ? {} : { links }),
  };
}
