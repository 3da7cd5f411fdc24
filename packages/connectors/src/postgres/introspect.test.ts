import { everyPostgres, type TestPostgres, startPostgres } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connector } from '../contract.ts';
import { socketAddress } from './address.ts';
import { connectPostgres } from './index.ts';

describe.each(await everyPostgres())('PostgreSQL $version', (binaries) => {
  let postgres: TestPostgres;
  const connectors: Connector[] = [];
  const connectAs = (user: string, database = 'postgres') => {
    const connector = connectPostgres(
      socketAddress({
        folder: postgres.socketFolder,
        port: postgres.port,
        user,
        database,
        password: user === 'postgres' ? postgres.superuser.password : 'pw',
      }),
    );
    connectors.push(connector);
    return connector;
  };

  beforeAll(async () => {
    postgres = await startPostgres({ binaries });
    await postgres.run(
      `
    create role reader login password 'pw'; create role writer login password 'pw' createdb; create role nobody login password 'pw';
    revoke create on schema public from public; create schema shop; create schema hidden; create schema "Odd Schema";
    create type shop.colour as enum ('canary-label');
    create table shop.customer (id int primary key, email text not null unique, colour shop.colour default 'canary-label', secret text, check (email <> 'canary-check'));
    comment on table shop.customer is 'who buys'; comment on column shop.customer.email is 'lower case';
    create table shop.sale (id bigint generated always as identity primary key, customer int references shop.customer, hidden_ref int, amount numeric(10,2) default 42.42, at timestamptz, gone int, unique (customer, at)) ;
    alter table shop.sale drop column gone;
    create table shop.event (at date not null, name varchar(20)) partition by list (name);
    create table shop.event_canary_partition partition of shop.event for values in ('canary-bound');
    create view shop.top as select id, amount from shop.sale; create materialized view shop.sums as select count(*) n from shop.sale;
    create table hidden.canary_table (id int primary key); alter table shop.sale add foreign key (hidden_ref) references hidden.canary_table;
    create table "Odd Schema"."Odd ""Table""" ("Ä 😀" text[]);
    grant usage on schema shop, "Odd Schema" to reader; grant select on shop.sale, shop.event, shop.top, shop.sums, "Odd Schema"."Odd ""Table""" to reader;
    grant select (id, email, colour) on shop.customer to reader;
    grant usage on schema shop to writer; grant select, insert on shop.sale to writer; grant update (email) on shop.customer to writer; grant create on schema hidden to writer; grant pg_read_server_files to writer;
    create function shop.powerful() returns int language sql security definer as 'select 1'; revoke execute on function shop.powerful() from public; grant execute on function shop.powerful() to writer;
    create database wide;`.replace(/create database wide;$/, ''),
    );
    await postgres.run('create database wide');
  });
  afterAll(async () => {
    await Promise.all(connectors.map((connector) => connector.close()));
    await postgres.stop();
  });

  test('tables, views, keys and comments that the role may read are found, and nothing else', async () => {
    const { tables } = await connectAs('reader').introspect();
    expect(tables.map(({ schema, name, kind }) => `${schema}.${name} ${kind}`)).toEqual([
      'Odd Schema.Odd "Table" table',
      'shop.customer table',
      'shop.event table',
      'shop.sale table',
      'shop.sums materialized view',
      'shop.top view',
    ]);
    const customer = tables.find(({ name }) => name === 'customer')!;
    expect(customer).toEqual({
      schema: 'shop',
      name: 'customer',
      kind: 'table',
      comment: 'who buys',
      primaryKey: ['id'],
      uniqueKeys: [['email']],
      foreignKeys: [],
      columns: [
        { name: 'id', type: 'integer', kind: 'integer', nullable: false, comment: null },
        { name: 'email', type: 'text', kind: 'text', nullable: false, comment: 'lower case' },
        { name: 'colour', type: 'shop.colour', kind: 'text', nullable: true, comment: null },
      ],
    });
    const sale = tables.find(({ name }) => name === 'sale')!;
    expect(sale.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id bigint',
      'customer integer',
      'hidden_ref integer',
      'amount numeric(10,2)',
      'at timestamp with time zone',
    ]);
    expect(sale.foreignKeys).toEqual([
      { columns: ['customer'], references: { schema: 'shop', table: 'customer', columns: ['id'] } },
    ]);
    expect(sale.uniqueKeys).toEqual([['customer', 'at']]);
    expect(tables[0]!.columns).toEqual([
      { name: 'Ä 😀', type: 'text[]', kind: 'array', nullable: true, comment: null },
    ]);
  });

  test('no default, check, enum label, partition bound or hidden name is in a schema', async () => {
    expect(JSON.stringify(await connectAs('reader').introspect())).not.toMatch(/canary|42\.42|secret/);
  });

  test('a role that may read nothing finds an empty schema', async () => {
    expect(await connectAs('nobody').introspect()).toEqual({ tables: [] });
  });

  test('a role that may only read has no warning', async () => {
    expect(await connectAs('reader').describeRights()).toEqual({ warnings: [] });
  });

  test('every right beyond reading is named', async () => {
    expect((await connectAs('writer').describeRights()).warnings).toEqual([
      'createdb',
      'member of pg_read_server_files',
      'can write: shop.customer',
      'can write: shop.sale',
      'can create in schema: hidden',
      'can execute as its owner: shop.powerful',
    ]);
  });

  test('a superuser is called one, and long lists end with a count', async () => {
    await postgres.run(
      `create schema many; do $$ begin for i in 1..25 loop execute format('create table many.t%s (id int)', i); end loop; end $$`,
    );
    const { warnings } = await connectAs('postgres').describeRights();
    expect(warnings).toEqual(
      expect.arrayContaining([
        'superuser',
        'bypassrls',
        'createrole',
        'createdb',
        'replication',
        // It came with PostgreSQL 14.
        ...(binaries.version < 14 ? [] : ['member of pg_write_all_data']),
      ]),
    );
    const written = warnings.filter((warning) => warning.startsWith('can write: '));
    expect(written).toHaveLength(11);
    expect(written.at(-1)).toMatch(/^can write: \d+ more$/);
  });

  test('five thousand columns and a thousand tables come in one answer', async () => {
    await postgres.run(
      `
    do $$ declare columns text; begin
      select string_agg(format('c%s int', i), ', ') into columns from generate_series(1, 1250) i;
      for i in 1..4 loop execute format('create table wide%s (%s)', i, columns); end loop;
      for i in 1..1000 loop execute format('create table t%s (id int)', i); end loop;
    end $$`,
      'wide',
    );
    const { tables } = await connectAs('postgres', 'wide').introspect();
    expect(tables).toHaveLength(1004);
    expect(tables.flatMap(({ columns }) => columns)).toHaveLength(6000);
  });
});
