import { findMariadb, startMariadb, type TestMariadb } from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import type { Connector } from '../contract.ts';
import { parseMariadbUrl } from './address.ts';
import { connectMariadb } from './index.ts';

const isThere = (await findMariadb()) !== null;

describe.skipIf(!isThere)('a MariaDB source', () => {
  let mariadb: TestMariadb;
  let connector: Connector;
  beforeAll(async () => {
    mariadb = await startMariadb();
    await mariadb.run(`
      set names utf8mb4; set sql_mode = '';
      create database shop character set utf8mb4; create database hidden;
      create table shop.item (
        id int unsigned auto_increment primary key comment 'a number',
        tiny tinyint(1), small smallint unsigned, medium mediumint, big bigint, ubig bigint unsigned,
        amount decimal(65,30), money decimal(10,2), half float, full double,
        name varchar(20) not null unique, code char(3), body longtext, raw varbinary(9), picture blob,
        data json, day date, at datetime(6), stamp timestamp(3) null, hour time(2), born year, size enum('CANARY-label','b'), flags bit(10), tags set('x','y'), key_of uuid, host inet6
      ) comment 'things';
      create table shop.part (item_id int unsigned, n int, secret text, constraint k foreign key (item_id) references shop.item (id), primary key (item_id, n));
      create view shop.names as select id, name from shop.item;
      create table hidden.t (a int);
      insert into shop.item values (4000000000, 5, 65535, -8388608, -9223372036854775808, 18446744073709551615,
        12345678901234567890123456789012345.123456789012345678901234567890, -0.10, 1.5, 0.1,
        '😀 x', 'a', '', x'00ff', x'', '{"a": [1, null]}', '0044-03-15', '9999-12-31 23:59:59.999999', '2001-02-03 04:05:06.789', '-838:59:59.5', 1901, 'b', b'1000000001', 'x,y', '123e4567-e89b-12d3-a456-426614174000', '::1');
      insert into shop.item (id, name, day, at) values (7, 'n', '0000-00-00', '0000-00-00');
      create user reader identified by 'p'; grant select on shop.item to reader; grant select on shop.names to reader; grant select on shop.part to reader; create table shop.wages (name text, amount int); grant select (name) on shop.wages to reader;
      create user writer identified by 'p'; grant file, super on *.* to writer; grant select, insert on shop.* to writer; grant delete on hidden.t to writer`);
    connector = connectMariadb(parseMariadbUrl(mariadb.url({ user: 'reader', password: 'p' })));
  });
  afterAll(async () => {
    await connector?.close();
    await mariadb?.stop();
  });
  const ask = async (sql: string) => readAll(await connector.run(uncheckedSql('mariadb', sql), LIMITS));

  test('values of every type survive', async () => {
    const [row] = await ask('select * from shop.item where id > 7');
    expect(row).toEqual([
      4000000000,
      5,
      65535,
      -8388608,
      '-9223372036854775808',
      '18446744073709551615',
      '12345678901234567890123456789012345.123456789012345678901234567890',
      '-0.10',
      1.5,
      0.1,
      '😀 x',
      'a',
      '',
      expect.anything(),
      expect.anything(),
      { a: [1, null] },
      '0044-03-15',
      expect.stringMatching(/^9999-12-31.23:59:59\.999999/),
      expect.stringMatching(/^2001-02-03.04:05:06\.789/),
      '-838:59:59.50',
      1901,
      'b',
      '1000000001',
      'x,y',
      '123e4567-e89b-12d3-a456-426614174000',
      '::1',
    ]);
  });

  test('NULL is NULL, and so is a date that is no day', async () => {
    const [row] = await ask(
      'select tiny, ubig, amount, half, body, raw, data, day, at, stamp, flags from shop.item where id = 7',
    );
    expect(row).toEqual(Array.from({ length: 11 }, () => null));
  });

  test('an answer’s types and the schema’s are the canonical ones', async () => {
    const { columns } = await connector.run(uncheckedSql('mariadb', 'select * from shop.item'), LIMITS);
    const byName = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
    expect(byName).toMatchObject({
      id: 'bigint',
      ubig: 'numeric(20,0)',
      amount: 'numeric(65,30)',
      money: 'numeric(10,2)',
      data: 'json',
      raw: 'bytea',
      flags: 'bit(10)',
      size: 'text',
      key_of: 'uuid',
      stamp: 'timestamp with time zone',
    });
    const { tables } = await connector.introspect();
    expect(tables.map(({ name, kind }) => [name, kind])).toEqual([
      ['item', 'table'],
      ['names', 'view'],
      ['part', 'table'],
      ['wages', 'table'],
    ]);
    const [item, , part, wages] = tables;
    expect(Object.fromEntries(item!.columns.map(({ name, type }) => [name, type]))).toMatchObject({
      id: 'bigint',
      name: 'character varying(20)',
      data: 'text',
      at: 'timestamp(6) without time zone',
      size: 'text',
      ubig: 'numeric(20,0)',
    });
    expect(item).toMatchObject({ comment: 'things', primaryKey: ['id'], uniqueKeys: [['name']] });
    expect(part!.columns.map(({ name }) => name)).toEqual(['item_id', 'n', 'secret']);
    expect(wages!.columns.map(({ name }) => name)).toEqual(['name']);
    expect(part!.foreignKeys).toEqual([
      { columns: ['item_id'], references: { schema: 'shop', table: 'item', columns: ['id'] } },
    ]);
    expect(JSON.stringify(tables)).not.toContain('CANARY');
  });

  test('what a role may do beyond reading is named; a reader’s role has none of it', async () => {
    expect(await connector.describeRights()).toEqual({ warnings: [] });
    await using writer = connectMariadb(parseMariadbUrl(mariadb.url({ user: 'writer', password: 'p' })));
    const { warnings } = await writer.describeRights();
    expect(warnings).toEqual(
      expect.arrayContaining([
        'may everywhere: FILE',
        'may everywhere: SUPER',
        'can write: shop.*',
        'can write: hidden.t',
      ]),
    );
  });

  test('a value that MariaDB changes with a warning fails the answer; a session is clean for the next', async () => {
    for (const sql of [
      'select 1 / 0',
      "select cast('x' as signed)",
      "select cast('2001-02-30' as date)",
      'select cast(123 as decimal(2, 1))',
      'select ubig * 2 from shop.item',
      'select repeat(name, 2) - 1 from shop.item',
    ])
      expect([sql, await problemOf(ask(sql))]).toEqual([sql, expect.objectContaining({ code: 'run/type' })]);
    await ask("select @x := 'left behind'");
    expect(await ask('select @x, @@session.tx_read_only, @@time_zone')).toEqual([[null, 1, '+00:00']]);
  });

  test("a wrong password, an unknown user and an unknown database say so, without the source's words", async () => {
    const as = (user: string, password: string, database?: string) =>
      problemOf(
        connectMariadb(
          parseMariadbUrl(mariadb.url({ user, password, ...(database === undefined ? {} : { database }) })),
        ).introspect(),
      );
    expect(await as('reader', 'wrong')).toMatchObject({ code: 'sources/credentials_refused' });
    expect((await as('nobody', 'x')).message).toBe((await as('reader', 'wrong')).message);
    expect((await as('writer', 'p', 'nowhere')).code).toMatch(/unknown_database|denied/);
  });
});
