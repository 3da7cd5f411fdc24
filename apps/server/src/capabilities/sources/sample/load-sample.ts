import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PostgresAddress, socketAddress } from '@strongroom/connectors';
import pg from 'pg';
import type { EmbeddedCluster } from '#platform/clusters';
import { CREATE_ROLES, CREATE_TABLES, FINISH_TABLES, GRANT_READING, INSERT_ROWS } from './sample-tables.ts';

/**
 * Brings the sample's cluster to hold the database `aviation`, and says how to read it. Loads once, in a few seconds;
 * a load cut short starts over. The reading role gets a new password at each start, known to this process alone.
 * Throws `Error` with one line when the data files can't be read.
 */
export async function loadSample({ cluster, superuserPassword }: EmbeddedCluster): Promise<PostgresAddress> {
  const place = {
    host: cluster.socketFolder,
    port: cluster.port,
    user: cluster.superuser,
    password: superuserPassword.reveal(),
  };
  const password = randomBytes(24).toString('base64url');
  await using server = await connect({ ...place, database: 'postgres' });
  const { rows } = await server.client.query<{ datname: string }>(
    `select datname from pg_database where datname in ('aviation', 'aviation_loading')`,
  );
  if (!rows.some(({ datname }) => datname === 'aviation')) {
    await server.client.query(CREATE_ROLES);
    // Loaded aside and renamed, so that a database called `aviation` is always whole.
    await server.client.query('drop database if exists aviation_loading');
    await server.client.query('create database aviation_loading owner aviation_owner');
    await server.client.query('revoke all on database aviation_loading from public');
    await server.client.query('grant connect on database aviation_loading to strongroom_reader');
    {
      await using loading = await connect({ ...place, database: 'aviation_loading' });
      await load(loading.client);
    }
    await server.client.query('alter database aviation_loading rename to aviation');
  }
  // `alter role` takes no parameters, so the password travels in a setting and the server quotes it.
  await server.client.query(`select set_config('strongroom.reader_password', $1, false)`, [password]);
  await server.client.query(
    `do $$ begin execute format('alter role strongroom_reader login password %L', current_setting('strongroom.reader_password')); end $$`,
  );
  return socketAddress({
    folder: cluster.socketFolder,
    port: cluster.port,
    user: 'strongroom_reader',
    database: 'aviation',
    password,
  });
}

async function load(client: pg.Client): Promise<void> {
  await client.query('alter schema public owner to aviation_owner');
  await client.query('set role aviation_owner');
  await client.query('begin');
  await client.query(CREATE_TABLES);
  for await (const { table, columns } of readSample()) {
    const insert = INSERT_ROWS[table];
    if (insert === undefined) throw new Error('the sample has a table without a place');
    await client.query(insert, columns);
  }
  await client.query(FINISH_TABLES);
  await client.query(GRANT_READING);
  await client.query('commit');
  await client.query('analyze');
}

/** The batches that read-sample.ts prints, read in a program of its own with nothing of our environment. */
async function* readSample(): AsyncGenerator<{ table: string; columns: string[][] }> {
  const program = fileURLToPath(new URL(`./read-sample${path.extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const closed = once(child, 'close');
  try {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
    const [code] = await closed;
    if (code !== 0) throw new Error('the sample data of `vega-datasets` could not be read');
  } finally {
    child.kill();
  }
}

async function connect(options: pg.ClientConfig): Promise<AsyncDisposable & { client: pg.Client }> {
  const client = new pg.Client({ ...options, application_name: 'strongroom sample' });
  client.on('error', () => {}); // the query that was running rejects with it
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
