import type { CatalogTable } from '@strongroom/protocol';

/** No more tables than these are told to a model for one question. */
const TABLES_MAX = 12;
// BM25 (Robertson & Zaragoza, 2009) with its usual constants.
const K1 = 1.2;
const B = 0.75;
const NAME_WEIGHT = 3;
const COLUMN_WEIGHT = 2;

/** The tables a question speaks of, best first, with those their foreign keys lead to: BM25 over names, descriptions and tags. */
export function chooseTables(
  question: string,
  tables: readonly CatalogTable[],
  tablesMax: number = TABLES_MAX,
): CatalogTable[] {
  if (tables.length <= tablesMax) return [...tables];
  const scored = score(question, tables).sort(
    (a, b) => b.score - a.score || (a.table.resource < b.table.resource ? -1 : 1),
  );
  const chosen = new Set<CatalogTable>();
  for (const { table, score: value } of scored) {
    if (chosen.size >= tablesMax || (value === 0 && chosen.size > 0)) break;
    chosen.add(table);
    for (const neighbour of neighbours(table, tables)) if (chosen.size < tablesMax && value > 0) chosen.add(neighbour);
  }
  return [...chosen];
}

function neighbours(table: CatalogTable, tables: readonly CatalogTable[]): CatalogTable[] {
  return table.foreignKeys.flatMap(({ references }) =>
    tables.filter(
      (other) => other.source === table.source && other.schema === references.schema && other.name === references.table,
    ),
  );
}

function score(question: string, tables: readonly CatalogTable[]): { table: CatalogTable; score: number }[] {
  const asked = [...new Set(terms(question))];
  const documents = tables.map(document);
  const lengthMean = documents.reduce((sum, counts) => sum + total(counts), 0) / documents.length;
  const rarity = new Map(
    asked.map((term) => {
      const holding = documents.filter((counts) => counts.has(term)).length;
      return [term, Math.log(1 + (tables.length - holding + 0.5) / (holding + 0.5))];
    }),
  );
  return tables.map((table, index) => {
    const counts = documents[index] ?? new Map<string, number>();
    const length = total(counts) / lengthMean;
    const value = asked.reduce((sum, term) => {
      const count = counts.get(term) ?? 0;
      return sum + ((rarity.get(term) ?? 0) * count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
    }, 0);
    return { table, score: value };
  });
}

function document(table: CatalogTable): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (text: string | null, weight: number): void => {
    for (const term of terms(text ?? '')) counts.set(term, (counts.get(term) ?? 0) + weight);
  };
  add(table.name, NAME_WEIGHT);
  add(table.description ?? table.comment, 1);
  for (const tag of table.tags) add(tag, COLUMN_WEIGHT);
  for (const column of table.columns) {
    add(column.name, COLUMN_WEIGHT);
    add(column.description ?? column.comment, 1);
    for (const tag of column.tags) add(tag, COLUMN_WEIGHT);
  }
  return counts;
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Words of a text or parts of an identifier, lower case, without the commonest endings. */
function terms(text: string): string[] {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1)
    .map((word) => word.replace(/ies$/, 'y').replace(/(?<=\w{3})(?:s|ed|ing)$/, ''));
}
