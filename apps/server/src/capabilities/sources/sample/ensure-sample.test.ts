import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rowsFromArrow } from '@strongroom/connectors';
import { type Cluster, startCluster } from '@strongroom/local-cluster';
import type { SourceSchema } from '@strongroom/protocol';
import { createGuard, type Guard } from '@strongroom/sql-guard';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '#config';
import type { Asker, AuditEvent } from '#contracts';
import type { EmbeddedCluster } from '#platform/clusters';
import { startTestRooms, type TestRooms } from '../start-test-rooms.ts';
import { ensureSample, type SampleOptions } from './ensure-sample.ts';
import { loadSample } from './load-sample.ts';

let rooms: TestRooms;
let folder: string;
let cluster: Cluster;
let embedded: EmbeddedCluster;
let guard: Guard;
let administrator: Asker;
let options: SampleOptions;
const schemas = new Map<string, SourceSchema>();
const audited: AuditEvent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'strongroom-sample-'));
  [rooms, cluster] = await Promise.all([
    startTestRooms(),
    startCluster({ folder: path.join(folder, 'sample'), superuserPassword: 'owner', settings: { fsync: 'off' } }),
  ]);
  embedded = { cluster, superuserPassword: new Secret('owner') };
  guard = createGuard({});
  rooms.sources.onIntrospected(async (_transaction, source, schema) => void schemas.set(source.name, schema));
  administrator = await rooms.person('admin', 'admin@example.org');
  const audit: SampleOptions['audit'] = {
    append: async (_context, event) => {
      audited.push(event);
      return { entryId: '', at: '' };
    },
  };
  options = {
    ...rooms,
    workspaceId: administrator.workspaceId,
    cluster: embedded,
    audit,
    administrator: async () => administrator,
  };
  await ensureSample(options);
});
afterAll(async () => {
  await guard.close();
  await rooms[Symbol.asyncDispose]();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ask(asker: Asker, source: string, text: string): Promise<unknown[][]> {
  const handle = await rooms.sources.find(asker, source);
  const schema = schemas.get(source) ?? { tables: [] };
  const { checked } = await guard.check({ sql: text, dialect: handle.dialect, schema, rowsMax: 100 });
  const { chunks } = await (await rooms.sources.use(handle)).run(checked, { rows: 100, bytes: 1e6, timeoutMs: 60_000 });
  const rows: unknown[][] = [];
  for await (const batch of rowsFromArrow(chunks)) rows.push(...batch);
  return rows;
}

describe('the sample', () => {
  test('is open to everyone, and warns of nothing', async () => {
    const viewer = await rooms.person('viewer', 'viewer@example.org');
    expect(await rooms.sources.list(viewer)).toMatchObject([
      { name: 'aviation', kind: 'postgres', location: 'sample', tables: 3, warnings: [], mayQuery: true },
      {
        name: 'flights-3m',
        kind: 'file',
        location: 'flights-3m.parquet, 13.5 MB',
        tables: 1,
        warnings: [],
        mayQuery: true,
      },
    ]);
    const told = audited.map((event) => `${event.action} ${event.resource} ${event.outcome}`);
    for (const source of ['aviation', 'flights-3m']) {
      expect(told.filter((line) => line.includes(` ${source} `))).toEqual([
        `sources.added ${source} begun`,
        `sources.added ${source} done`,
        `sources.shared ${source} begun`,
        `sources.shared ${source} done`,
      ]);
    }
    expect(told).toHaveLength(8);
  });

  test('holds 200,000 fixed flights over six months, their airports and the bird strikes', async () => {
    expect(
      await ask(
        administrator,
        'aviation',
        'select origin, count(*) as n from flights group by origin order by n desc limit 5',
      ),
    ).toEqual([
      ['ORD', 11277],
      ['DFW', 10451],
      ['ATL', 8339],
      ['LAX', 7674],
      ['PHX', 6130],
    ]);
    expect(
      await ask(
        administrator,
        'aviation',
        'select count(*) as n, count(distinct extract(month from date)) as months, sum(delay) as d, sum(distance) as m from flights',
      ),
    ).toEqual([[200_000, 6, expect.anything(), expect.anything()]]);
    expect(
      await ask(
        administrator,
        'aviation',
        'select count(*) as n, count(speed_ias_in_knots) as s, sum(cost_total) as c from bird_strikes',
      ),
    ).toEqual([[10_000, 7164, 40_545_276]]);
    expect(await ask(administrator, 'aviation', 'select count(*) as n from airports')).toEqual([[3376]]);
    expect(await ask(administrator, 'flights-3m', 'select count(*) as n from flights_3m')).toEqual([[3_000_000]]);
  });

  test('has keys where they hold, and describes every table and column', async () => {
    const tables = schemas.get('aviation')?.tables ?? [];
    expect(
      tables.map(({ name, primaryKey, foreignKeys }) => [
        name,
        primaryKey,
        foreignKeys.map((key) => [key.columns[0], key.references.table]),
      ]),
    ).toEqual([
      ['airports', ['iata'], []],
      ['bird_strikes', [], []],
      [
        'flights',
        [],
        expect.arrayContaining([
          ['origin', 'airports'],
          ['destination', 'airports'],
        ]),
      ],
    ]);
    for (const table of tables) for (const { comment } of [table, ...table.columns]) expect(comment).toMatch(/\w+/);
  });

  test.each([
    'insert into airports select * from airports',
    'begin; set transaction read write; delete from flights',
    'create temp table t (a int)',
    'create table t (a int)',
    `select pg_read_file('postgresql.conf')`,
    `copy flights to program 'true'`,
    'set role aviation_owner',
    'select rolpassword from pg_authid',
  ])('is read by a role that may do nothing else: %s', async (statement) => {
    const address = await loadSample(embedded);
    const client = new pg.Client({
      host: cluster.socketFolder,
      port: cluster.port,
      user: address.user,
      database: address.database,
      password: address.password ?? '',
    });
    await client.connect();
    await expect(client.query(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^(25006|42501)$/) });
    await client.end();
  });

  test('is put in once: a second start does nothing, and what was removed stays removed', async () => {
    await ensureSample(options);
    expect((await rooms.sources.list(administrator)).map((source) => source.name)).toEqual(['aviation', 'flights-3m']);
    expect(await ask(administrator, 'aviation', 'select count(*) as n from airports')).toEqual([[3376]]);
    await rooms.sources.remove(administrator, 'aviation');
    await ensureSample(options);
    expect((await rooms.sources.list(administrator)).map((source) => source.name)).toEqual(['flights-3m']);
    expect(audited).toHaveLength(8);
  });
});
