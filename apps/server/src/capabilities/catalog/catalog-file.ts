import { CATALOG_FILE_LENGTH_MAX, type CatalogFile, catalogFileSchema } from '@strongroom/protocol';
import { type LineOf, readYaml } from '#platform/yaml';
import { badFile } from './errors.ts';
import type { StoredTerm } from './glossary-store.ts';
import { keyOf, visibleOf } from './list-tables.ts';
import { type Annotation, selectAnnotations, selectTables, type StoredTable } from './store.ts';
import type { SourceHandle } from '#sources';
import type { Tables, Transaction } from '#platform/database';

/** Throws `catalog/bad_file` (422) with the line and the reason. */
export function readCatalogFile(text: string): { file: CatalogFile; lineOf: LineOf } {
  return readYaml(text, { schema: catalogFileSchema, textLengthMax: CATALOG_FILE_LENGTH_MAX, wrong: badFile });
}

/** The source that a catalog file is for, to name it in the audit log; null when the text is no such file. */
export function sourceOfFile(text: string): string | null {
  try {
    return readCatalogFile(text).file.source;
  } catch {
    return null;
  }
}

export type Written = Annotation & { readonly column: string | null };

/** What of a source's tables is shown to whom the handle was found for, and what is written about each. */
export async function readWritten(
  transaction: Transaction<Tables>,
  source: SourceHandle,
): Promise<{ table: StoredTable; written: Written[] }[]> {
  const tables = visibleOf(await selectTables(transaction, [source.id]), [source]);
  const annotations = new Map((await selectAnnotations(transaction, [source.id])).map((one) => [keyOf(one), one]));
  return tables.map((table) => ({
    table,
    written: [null, ...table.columns.map(({ name }) => name)].flatMap((column) => {
      const place = { sourceId: source.id, schema: table.schema, table: table.name, column };
      return annotations.get(keyOf(place)) ?? [];
    }),
  }));
}

/** `schema.table` or `schema.table.column` of those links that lie in the source. */
export function linksIn(source: string, { links }: Pick<StoredTerm, 'links'>): string[] {
  return links.flatMap((link) => (link.startsWith(`${source}.`) ? link.slice(source.length + 1) : []));
}
