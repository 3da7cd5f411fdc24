import type { CatalogColumn, CatalogTable, ForeignKey } from '@strongroom/protocol';
import { isShortId, namePrefix, schemaPrefix } from './vocabulary.ts';
import { canonical, likeness, singular, splitName } from './words.ts';

/** Tables with the keys they declare and those that their names say. */
export type Keyed = {
  readonly tables: readonly CatalogTable[];
  /** Keys that no constraint holds: that they lead to one row at most is to be asked of the source before a join. */
  readonly assumed: ReadonlySet<ForeignKey>;
};

const KEY_WORDS = new Set(['id', 'key', 'code', 'no', 'number', 'num', 'iata', 'uuid', 'sku']);
// Names that many tables have without meaning each other's rows.
const COMMON = new Set([
  'id',
  'name',
  'title',
  'code',
  'type',
  'status',
  'date',
  'time',
  'year',
  'description',
  'state',
]);

/**
 * Many databases declare no keys, and everybody who asks them knows them all the same: `course.course_id` is what
 * `course_offering.course_id` points at. Declared keys are kept, and a column that has one gets no second.
 */
export function withKeys(tables: readonly CatalogTable[]): Keyed {
  const prefix = schemaPrefix(tables);
  const keyed = tables.map((table) => {
    if (table.primaryKey.length > 0) return table;
    const key = keyByName(table, tables, prefix);
    return key === null ? table : { ...table, primaryKey: [key.name] };
  });
  const targets = targetsByName(keyed, prefix);
  const assumed = new Set<ForeignKey>();
  const linked = keyed.map((table) => {
    const added = table.columns
      .filter((column) => !table.foreignKeys.some((key) => key.columns.includes(column.name)))
      .flatMap((column): ForeignKey[] => {
        const own = splitName(withoutPrefix(column.name, namePrefix(table))).map(canonical);
        const named = own.flatMap((_, start) => targets.get(own.slice(start).join(' ')) ?? []);
        const fitting = [...new Set([...named, ...(targets.get(column.name) ?? [])])].filter((target) =>
          pointsAt(table, column, target, own),
        );
        const best = closest(fitting, column, prefix);
        return best === null ? [] : [reference(column.name, best.table)];
      });
    for (const key of added) assumed.add(key);
    return added.length === 0 ? table : { ...table, foreignKeys: [...table.foreignKeys, ...added] };
  });
  return { tables: linked, assumed };
}

type Target = { readonly table: CatalogTable; readonly key: CatalogColumn; readonly names: readonly string[] };

/** Where a column of such a name may point: `restaurant_id` and `id` to restaurant.id, `semester` to semester.semester_id. */
function targetsByName(tables: readonly CatalogTable[], prefix: string): Map<string, Target[]> {
  const targets = new Map<string, Target[]>();
  for (const table of tables) {
    const key = keyOf(table);
    if (key === undefined || (key.kind !== 'integer' && key.kind !== 'text')) continue;
    const tableWords = nameWords(table, prefix).map(canonical);
    const keyWords = splitName(withoutPrefix(key.name, prefix)).map(canonical);
    const isPlain = keyWords.length === 1 && (KEY_WORDS.has(key.name) || isShortId(key.name, tableWords[0]));
    const plain = KEY_WORDS.has(key.name) ? keyWords : [canonical('id')];
    const names =
      table.primaryKey.length === 0
        ? []
        : [
            ...(isPlain ? [[...tableWords, ...plain]] : [keyWords]),
            ...(key.kind === 'integer' ? [tableWords] : []),
          ].map((words) => words.join(' '));
    const target: Target = { table, key, names };
    for (const name of new Set([...names, key.name])) targets.set(name, [...(targets.get(name) ?? []), target]);
  }
  return targets;
}

function pointsAt(table: CatalogTable, column: CatalogColumn, target: Target, own: readonly string[]): boolean {
  const { key } = target;
  if (target.table === table || key.kind !== column.kind) return false;
  if (table.primaryKey.length === 1 && table.primaryKey[0] === column.name && !sharesItsKey(table, target.table))
    return false;
  // Neither declared nor called so: what both tables call alike, and the other begins with.
  if (target.table.primaryKey.length === 0)
    return column.name === key.name && !COMMON.has(key.name) && key.kind === 'text' && column !== table.columns[0];
  if (column.name === key.name) return !COMMON.has(key.name);
  // A role may stand before the whole name of the key (`pre_course_id`), nothing else before that of the table.
  return target.names.some((name) => {
    const words = name.split(' ');
    return name === own.join(' ')
      ? !COMMON.has(column.name) || words.length > 1 || key.kind === 'integer'
      : words.length > 1 && own.slice(-words.length).join(' ') === name;
  });
}

function reference(column: string, target: CatalogTable): ForeignKey {
  const key = keyOf(target)?.name ?? column;
  return { columns: [column], references: { schema: target.schema, table: target.name, columns: [key] } };
}

/** The one column that tells rows apart, or what a table without one begins with. */
function keyOf(table: CatalogTable): CatalogColumn | undefined {
  const name = table.primaryKey.length === 0 ? table.columns[0]?.name : table.primaryKey[0];
  return table.primaryKey.length > 1 ? undefined : table.columns.find((column) => column.name === name);
}

/** Of several that fit, the one whose name the column says; two of those are none. */
function closest(targets: readonly Target[], column: CatalogColumn, prefix: string): Target | null {
  const [only] = targets;
  if (only === undefined || targets.length === 1) return only ?? null;
  const said = splitName(column.name);
  const named = targets.filter(({ table }) => sameWords(said.slice(0, -1), nameWords(table, prefix)));
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** `course_id` of the table course, then `id`, `aid` of the table author, `offering_id` of the table course_offering. */
function keyByName(table: CatalogTable, tables: readonly CatalogTable[], prefix: string): CatalogColumn | null {
  const own = nameWords(table, prefix);
  const isElsewhere = (named: readonly string[]): boolean =>
    tables.some((other) => other !== table && sameWords(named, nameWords(other, prefix)));
  const ways: ((words: readonly string[], column: CatalogColumn) => boolean)[] = [
    (words) => KEY_WORDS.has(words.at(-1) ?? '') && sameWords(words.slice(0, -1), own),
    ([word = '', ...more]) => more.length === 0 && word.endsWith('id') && singular(word.slice(0, -2)) === own.join(''),
    (words) => words.join(' ') === 'id',
    ([word = '', ...more]) => more.length === 0 && own.length === 1 && isShortId(word, own[0]),
    (words, column) => {
      const named = words.slice(0, -1);
      const isKey = KEY_WORDS.has(words.at(-1) ?? '') && column === table.columns[0] && named.length > 0;
      return isKey && !isElsewhere(named) && sameWords(named, own.slice(-named.length));
    },
  ];
  const columns = table.columns.filter(({ kind }) => kind === 'integer' || kind === 'text');
  for (const isKey of ways) {
    const found = columns.find((column) => isKey(splitName(column.name), column));
    if (found !== undefined) return found;
  }
  return null;
}

/** Two tables with the same key, of which the longer name is the part: `customer` and `customer_detail`. */
function sharesItsKey(table: CatalogTable, target: CatalogTable): boolean {
  return table.name.length > target.name.length && table.primaryKey[0] === target.primaryKey[0];
}

function nameWords(table: CatalogTable, prefix: string): string[] {
  return splitName(withoutPrefix(table.name, prefix)).map(singular);
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name;
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => likeness(word, b[at] ?? '') > 0);
}
