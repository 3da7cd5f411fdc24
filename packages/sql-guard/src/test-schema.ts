import type { SourceSchema } from '@strongroom/protocol';

/** Tables for this package's tests: `schema.table` and its columns as `name type`. */
export function testSchema(tables: Readonly<Record<string, readonly string[]>>): SourceSchema {
  return {
    tables: Object.entries(tables).map(([table, columns]) => ({
      schema: table.split('.')[0]!,
      name: table.split('.')[1]!,
      kind: 'table',
      comment: null,
      primaryKey: [],
      uniqueKeys: [],
      foreignKeys: [],
      columns: columns.map((column) => {
        const [name, ...type] = column.split(' ');
        return { name: name!, type: type.join(' '), kind: 'other', nullable: true, comment: null };
      }),
    })),
  };
}

/** What an asker may see of `hiddenWorld`. */
export const seen = testSchema({
  'public.flights': [
    'id integer',
    'origin text',
    'destination text',
    'delay integer',
    'date timestamp without time zone',
  ],
  'public.airports': ['id integer', 'code text', 'name text'],
  'sales.orders': ['id integer', 'total numeric(10,2)', 'pg_sleep integer'],
});

/** A database with the tables of `seen` alone, as static text for PostgreSQL and DuckDB. */
export const visibleWorld = `
  create table public.flights (id int, origin text, destination text, delay int, date timestamp);
  create table public.airports (id int, code text, name text);
  create schema sales;
  create table sales.orders (id int, total numeric(10,2), pg_sleep int);
  insert into public.flights select n, 'A' || n % 3, 'A' || n % 2, n % 7 - 3, timestamp '2001-01-01' + n * interval '1 day' from generate_series(1, 20) g(n);
  insert into public.flights values (21, null, 'A1', null, null);
  insert into public.airports select n, 'A' || n, 'Name ' || n from generate_series(0, 3) g(n);
  insert into sales.orders select n, n * 1.25, n from generate_series(1, 5) g(n);
`;

/** The same with what the asker may not see: columns before the others, of names that statements use otherwise, and a table. */
export const hiddenWorld = `
  create table public.flights (salary int, code text, id int, origin text, destination text, n int, m timestamp, delay int, date timestamp);
  create table public.airports (origin text, salary int, id int, code text, delay int, name text, secret text);
  create table public.hidden (id int, secret text);
  create schema sales;
  create table sales.orders (name text, id int, total numeric(10,2), pg_sleep int, delay int);
  insert into public.flights select 4242, 'SECRET', n, 'A' || n % 3, 'A' || n % 2, 4242, timestamp '1999-09-09', n % 7 - 3, timestamp '2001-01-01' + n * interval '1 day' from generate_series(1, 20) g(n);
  insert into public.flights values (4242, 'SECRET', 21, null, 'A1', 4242, timestamp '1999-09-09', null, null);
  insert into public.airports select 'SECRET', 4242, n, 'A' || n, 4242, 'Name ' || n, 'SECRET' from generate_series(0, 3) g(n);
  insert into public.hidden values (1, 'SECRET');
  insert into sales.orders select 'SECRET', n, n * 1.25, n, 4242 from generate_series(1, 5) g(n);
`;

/** `hiddenWorld` for MariaDB; texts in a collation that takes no notice of case. */
export const mariadbHiddenWorld = `
  create database public; create database sales;
  create table public.flights (salary int, code varchar(9), id int, origin varchar(9), destination text, n int, m datetime, delay int, date datetime) charset latin1;
  create table public.airports (origin text, salary int, id int, code varchar(9), delay int, name text, secret text) charset utf8mb4 collate utf8mb4_general_ci;
  create table public.hidden (id int, secret text);
  create table sales.orders (name text, id int, total decimal(10,2), pg_sleep int, delay int);
  insert into public.flights select 4242, 'SECRET', seq, concat('A', seq % 3), concat('A', seq % 2), 4242, '1999-09-09', cast(seq % 7 as signed) - 3, timestamp '2001-01-01 00:00:00' + interval seq day from public.seq_1_to_20;
  insert into public.flights values (4242, 'SECRET', 21, null, 'A1', 4242, '1999-09-09', null, null);
  insert into public.airports select 'SECRET', 4242, seq, concat('A', seq), 4242, concat('Name ', seq), 'SECRET' from public.seq_0_to_3;
  insert into public.hidden values (1, 'SECRET');
  insert into sales.orders select 'SECRET', seq, seq * 1.25, seq, 4242 from public.seq_1_to_5;
`;

/** `visibleWorld` for MariaDB, in the same character sets and collations. */
export const mariadbVisibleWorld = `
  create database public; create database sales;
  create table public.flights (id int, origin varchar(9), destination text, delay int, date datetime) charset latin1;
  create table public.airports (id int, code varchar(9), name text) charset utf8mb4 collate utf8mb4_general_ci;
  create table sales.orders (id int, total decimal(10,2), pg_sleep int);
  insert into public.flights select seq, concat('A', seq % 3), concat('A', seq % 2), cast(seq % 7 as signed) - 3, timestamp '2001-01-01 00:00:00' + interval seq day from public.seq_1_to_20;
  insert into public.flights values (21, null, 'A1', null, null);
  insert into public.airports select seq, concat('A', seq), concat('Name ', seq) from public.seq_0_to_3;
  insert into sales.orders select seq, seq * 1.25, seq from public.seq_1_to_5;
`;
