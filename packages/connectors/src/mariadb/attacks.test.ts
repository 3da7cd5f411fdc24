import { findMariadb, startMariadb, type TestMariadb } from '@strongroom/testkit';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import type { Connector } from '../contract.ts';
import { parseMariadbUrl } from './address.ts';
import { connectMariadb } from './index.ts';

// The second wall: what a reader's session gives where no guard has looked. `shop` it may read, `hidden` not.

const world = `
  create database shop; create database hidden;
  create table shop.item (id int primary key, name varchar(20), note varchar(20));
  insert into shop.item values (1, 'one', 'canary-7f3a'), (2, 'two', '2');
  create sequence shop.numbers;
  create table hidden.secret (word varchar(20)); insert into hidden.secret values ('canary-9b1d');
  create function shop.writes() returns int sql security invoker modifies sql data begin insert into shop.item values (99, 'x', 'x'); return 1; end;
  create procedure shop.twice() begin select 1; select note from shop.item; end;
  create user reader identified by 'p'; grant select on shop.* to reader; grant execute on shop.* to reader;
`;

/** Everything of these is refused, or the session has no right to it: nothing of it comes back. */
const refused = [
  'select 1; select 2',
  'select 1; drop table shop.item',
  "select 1 /*! into outfile '/tmp/strongroom-outfile' */",
  'select 1 /*M!100000 ; drop table shop.item */',
  '/*!50000 delete from shop.item */',
  "select * from shop.item into outfile '/tmp/strongroom-outfile'",
  "select 1 into dumpfile '/tmp/strongroom-dumpfile'",
  'select note into @x from shop.item limit 1',
  'insert into shop.item values (3, "x", "x")',
  "replace into shop.item values (1, 'x', 'x')",
  'insert into shop.item select id + 100, name, note from shop.item returning note',
  'update shop.item set id = 9',
  'delete from shop.item returning note',
  'truncate shop.item',
  'drop table shop.item',
  'create table shop.x (a int)',
  'create temporary table shop.x as select note from shop.item',
  'alter table shop.item add column x int',
  'rename table shop.item to shop.other',
  "load data infile '/etc/passwd' into table shop.item",
  "load data local infile '/etc/passwd' into table shop.item",
  'select shop.writes()',
  'select nextval(shop.numbers)',
  'select next value for shop.numbers',
  'select setval(shop.numbers, 100)',
  'handler shop.item open',
  'handler shop.item read first',
  'lock tables shop.item write',
  'flush tables with read lock',
  'set global general_log = on',
  'set session transaction read write',
  "set @@session.sql_mode = ''",
  'set role none',
  "set password = password('x')",
  'begin',
  'start transaction read write',
  'commit and chain',
  'xa start "x"',
  'savepoint s',
  "prepare p from 'select note from shop.item'",
  "execute immediate 'drop table shop.item'",
  'execute immediate concat("drop ", "table shop.item")',
  'begin not atomic drop table shop.item; end',
  'if 1 then drop table shop.item; end if',
  "signal sqlstate '45000' set message_text = 'canary'",
  'kill 1',
  'shutdown',
  'install soname "x"',
  'use hidden',
  'create user x',
  'grant all on *.* to reader',
  'change master to master_host = "x"',
  'do sleep(0)',
  'do get_lock("x", 0)',
  'call shop.nothing()',
  'select * from hidden.secret',
  'select word from hidden.secret',
  'select (select word from hidden.secret)',
  'select * from mysql.user',
  'select * from mysql.global_priv',
  'select authentication_string from mysql.user',
  'select id from shop.item for update',
  "select extractvalue(1, concat('~', note)) from shop.item",
  "select updatexml(1, concat('~', note), 1) from shop.item",
  'select cast(note as int) from shop.item',
  'select note + 0 from shop.item',
  'select * from shop.item where note = 0',
  'select exp(~(select * from (select note from shop.item) x))',
  'select (select note from shop.item)',
  'select (note, name) = 1 from shop.item',
  'select name_const(note, 1) from shop.item',
  'select count(*), concat(note, floor(rand(0) * 2)) x from shop.item group by note having min(cast(note as int))',
  "select 'a' || 'b'",
  'select date(note) from shop.item',
  'select period_add(note, 1) from shop.item',
  "select * from json_table('{', '$' columns (a int path '$')) t",
];

/** These give something, and it is harmless: no canary, and nothing stays. */
const harmless = [
  'select @@version_comment, @@hostname',
  "select load_file('/etc/passwd')",
  "select load_file(concat(@@datadir, 'ibdata1'))",
  "select @x := 'left behind'",
  "select get_lock('strongroom', 0)",
  'select last_insert_id(4711)',
  'select sql_calc_found_rows id from shop.item limit 1',
  'select found_rows(), row_count()',
  "select table_name from information_schema.tables where table_schema = 'hidden'",
  "select * from information_schema.columns where table_schema = 'hidden'",
  'select * from information_schema.user_variables',
  "select user, host, info from information_schema.processlist where user <> 'reader'",
  'select * from information_schema.innodb_trx where 1 = 0',
  "select table_name from information_schema.tables where table_schema in ('mysql', 'performance_schema') and table_name = 'secret'",
  'select 1 from shop.item procedure analyse()',
  "select json_extract('{}', note), st_geomfromtext(note) from shop.item",
  'select 1 # ; drop table shop.item',
  'select 1 -- ; drop table shop.item',
];

describe.skipIf((await findMariadb()) === null)('where no guard looked, a session of a MariaDB source', () => {
  let mariadb: TestMariadb;
  let connector: Connector;
  beforeAll(async () => {
    // Of all that a server's owner may set, what would have kept its warnings from us.
    mariadb = await startMariadb({ settings: { 'max-error-count': '0', 'sql-mode': '' } });
    await mariadb.run(world);
    const url = mariadb.url({ user: 'reader', password: 'p' });
    connector = connectMariadb(parseMariadbUrl(url), { connectionsMax: 1 });
  });
  afterAll(async () => {
    await connector?.close();
    await mariadb?.stop();
  });
  const ask = async (sql: string, timeoutMs = 5_000) =>
    readAll(await connector.run(uncheckedSql('mariadb', sql), { ...LIMITS, timeoutMs }));
  /** What the next person finds: on the same connection, since there is but one. */
  const next = () =>
    ask(`select @x, @strongroom_1, is_used_lock('strongroom'), last_insert_id(), @@session.tx_read_only, @@sql_mode like '%STRICT_ALL_TABLES%',
      database(), current_role(), (select count(*) from shop.item), (select count(*) from information_schema.user_variables)`);
  const untouched = [[null, null, null, '0', 1, 1, null, null, 2, 0]];

  test.each(refused)('refuses: %s', async (sql) => {
    const problem = await problemOf(ask(sql));
    expect(problem.code).toMatch(/^(run|query|sources)\//);
    expect(inspect(problem, { depth: 10, showHidden: true })).not.toMatch(/canary|root:|passwd/);
    expect(await next()).toEqual(untouched);
  });

  test.each(harmless)('gives nothing that is hidden, and keeps nothing: %s', async (sql) => {
    const rows = await ask(sql);
    expect(JSON.stringify(rows)).not.toMatch(/canary|root:|secret/);
    expect(await next()).toEqual(untouched);
  });

  test.each(['select sleep(60)', "select get_lock('strongroom', 60), sleep(60)"])('is stopped: %s', async (sql) => {
    expect(await problemOf(ask(sql, 200))).toMatchObject({ code: 'run/timeout' });
    expect(await next()).toEqual(untouched);
  });

  test('is stopped within a call that would go on for days, and then answers', async () => {
    expect(await ask('select benchmark(1000000000000000, md5(1))', 200)).toEqual([[0]]);
    expect(await next()).toEqual(untouched);
  });

  test('does not hear what was warned of before', async () => {
    expect(await problemOf(ask("select cast(note as int) from shop.item where note like 'canary%'"))).toMatchObject({
      code: 'run/type',
    });
    expect(await ask('select @@warning_count')).toEqual([['0']]);
    expect(await problemOf(ask("select cast('canary' as int)"))).toMatchObject({ code: 'run/type' });
    expect(await ask('show warnings')).toEqual([]);
  });

  test('gives no second answer of a procedure', async () => {
    expect((await problemOf(ask('call shop.twice()'))).code).toMatch(/^run\//);
    expect(await next()).toEqual(untouched);
  });

  test.each([
    ["select cast('x' as signed)", 'run/type'],
    ['select 1 / 0', 'run/type'],
    ["select cast('18446744073709551615' as signed)", 'run/type'],
    ["select convert(convert(x'81' using cp1250) using utf8mb4)", 'run/type'],
    ["select concat(repeat('a', 9000000), repeat('b', 9000000)) is null", 'run/resource'],
    [
      "select seq, cast('12 ' as signed), case when seq = 3000 then cast('x' as signed) end from shop.seq_1_to_3000",
      'run/type',
    ],
    ["select cast('12 ' as signed) from shop.seq_1_to_3000", 'run/type'],
  ])('hears of what MariaDB changed on the way, however little it was set up to tell: %s', async (sql, code) => {
    expect((await problemOf(ask(sql))).code).toBe(code);
  });
});
