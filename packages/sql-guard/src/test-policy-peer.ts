import { createHmac } from 'node:crypto';
import type { Showing, TableGrant } from './policy.ts';

// What a policy amounts to, told a second time and without SQL: which rows and values of a small table it shows.

type Value = string | number | boolean | null;
export const COLUMNS = {
  id: 'integer',
  team: 'text',
  name: 'text',
  email: 'text',
  pay: 'integer',
  born: 'date',
  active: 'boolean',
  note: 'text',
} as const;
export type Column = keyof typeof COLUMNS;
type Row = Readonly<Record<Column, Value>>;

/** `nm3z`, `em3z`, `nt3z`: what is only in row 3, to be looked for wherever it should not be. */
export const STAFF: readonly Row[] = Array.from({ length: 14 }, (_, at) => at + 1).map((id) => ({
  id,
  team: [null, 'red', 'blue'][id % 3]!,
  name: id % 7 === 0 ? null : `nm${id}z Name`,
  email: id % 5 === 0 ? null : `em${id}z@x${id % 2}.org`,
  pay: id % 6 === 0 ? 0 : id % 4 === 0 ? null : id * 10,
  born: id % 4 === 1 ? null : `2020-01-0${(id % 9) + 1}`,
  active: [null, true, false][id % 3 === 0 ? id % 2 : (id % 2) + 1]!,
  note: id % 3 === 0 ? `nt${id}z` : String(id % 4),
}));
export const DEPTS = [
  { team: 'red', city: 'Rome', cap: 3 },
  { team: 'blue', city: 'Bern', cap: 9 },
  { team: 'green', city: 'Graz', cap: 9 },
  { team: null, city: 'Oslo', cap: null },
];

/** Filters of a policy, and the same as a function; of somebody whose team is red, and who has no region. */
export const FILTERS: ReadonlyMap<string, (row: Row) => boolean> = new Map<string, (row: Row) => boolean>([
  ['team = {{user.attributes.team}}', ({ team }) => team === 'red'],
  ["team = '{{ user.attributes.team }}' or id = 3", ({ team, id }) => team === 'red' || id === 3],
  ['team = {{user.attributes.region}}', () => false],
  ['id <= 7', ({ id }) => Number(id) <= 7],
  ['pay > 10 and active', ({ pay, active }) => pay !== null && Number(pay) > 10 && active === true],
  ['team is null or id in (1, 4)', ({ team, id }) => team === null || id === 1 || id === 4],
  ["not (team = 'blue')", ({ team }) => team === 'red'],
  ['active -- alone', ({ active }) => active === true],
  ["born >= '2020-01-05'", ({ born }) => born !== null && String(born) >= '2020-01-05'],
  ["email like 'em1%' /* ten */", ({ email }) => email !== null && String(email).startsWith('em1')],
  [
    "coalesce(note, '') <> '' and (id > 2 and (id < 12 or active))",
    ({ note, id, active }) => note !== null && Number(id) > 2 && (Number(id) < 12 || active === true),
  ],
  ['true', () => true],
  ['false', () => false],
]);

const ORDER: readonly Showing[] = ['clear', 'partial', 'pseudonym', 'null', 'denied'];

function showingOf(grant: TableGrant, column: Column): Showing {
  return grant.denied.includes(column) ? 'denied' : (grant.masks[column] ?? 'clear');
}

export function peerOf(
  grants: readonly TableGrant[],
  key: Uint8Array,
): { columns: string[]; sql: string; tokens: string[]; isSafe: boolean } {
  const types = Object.entries(COLUMNS).flatMap(([name, type]): [Column, string][] => {
    const column = name as Column;
    const showings = grants.map((grant) => showingOf(grant, column));
    if (showings.every((showing) => showing === 'denied')) return [];
    const isClear =
      showings.every((showing) => showing === 'clear') ||
      grants.some((grant, at) => grant.filter === null && showings[at] === 'clear');
    const isText = !isClear && showings.some((showing) => showing === 'partial' || showing === 'pseudonym');
    return [[column, isText ? 'text' : type]];
  });
  const rows = STAFF.flatMap((row): Partial<Row>[] => {
    const admitting = grants.filter(({ filter }) => filter === null || FILTERS.get(filter)!(row));
    if (admitting.length === 0) return [];
    const shown = types.map(([column]) => {
      const showings = admitting.map((grant) => showingOf(grant, column));
      return [
        column,
        shownAs(
          row[column],
          ORDER.find((showing) => showings.includes(showing))!,
          key,
        ),
      ];
    });
    return [Object.fromEntries(shown) as Partial<Row>];
  });
  return {
    columns: types.map(([column, type]) => `${column} ${type}`),
    sql: createTable('peer.staff', Object.fromEntries(types), rows),
    tokens: [...JSON.stringify(rows).matchAll(/(nm|em|nt)\d+z/g)].map(([token]) => token),
    isSafe: rows.every(({ note, pay }) => (note == null || /^\d+$/.test(String(note))) && pay !== 0),
  };
}

function shownAs(value: Value, showing: Showing, key: Uint8Array): Value {
  if (showing === 'clear' || value === null) return value;
  const text = String(value);
  if (showing === 'pseudonym') return createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
  if (showing !== 'partial') return null;
  if (text.includes('@')) return `${text[0]}***@${text.split('@')[1]}`;
  return text.length >= 8 ? `***${text.slice(-4)}` : '***';
}

export function createTable(
  name: string,
  types: Readonly<Record<string, string>>,
  rows: readonly Readonly<Record<string, Value | undefined>>[],
): string {
  const columns = Object.entries(types);
  const values = rows.map(
    (row) => `(${columns.map(([column, type]) => literal(row[column] ?? null, type)).join(', ')})`,
  );
  const create = `create table ${name} (${columns.map(([column, type]) => `${column} ${type}`).join(', ')});`;
  return values.length === 0 ? create : `${create} insert into ${name} values ${values.join(', ')};`;
}

function literal(value: Value, type: string): string {
  return value === null ? 'null' : type === 'text' || type === 'date' ? `'${String(value)}'` : String(value);
}
