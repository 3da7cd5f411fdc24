import { Kysely, PostgresDialect, sql } from 'kysely';
import type { Transaction } from 'kysely';
import pg from 'pg';
import type { Migration } from '#contracts';
import type { Secret } from '#config';
import type { Log } from '#platform/log';
import { connectionFailed, isConnectionError, roleTooStrong } from './errors.ts';
import type { Database, Tables } from './index.ts';
import { migrate } from './migrate.ts';
import { platformMigrations } from './platform-migrations.ts';
import { readOnce } from './read-once.ts';

/** Where the product's own tables are: our embedded cluster, or a database of the operator's. */
export type DatabaseAddress =
  | {
      readonly kind: 'cluster';
      readonly socketFolder: string;
      readonly port: number;
      readonly superuserPassword: Secret;
      readonly appPassword: Secret;
    }
  | { readonly kind: 'url'; readonly url: Secret };

export type DatabaseOptions = {
  readonly address: DatabaseAddress;
  /** Of the capabilities, in order; the platform's own come first by themselves. */
  readonly migrations: readonly Migration[];
  readonly log: Log;
};

const DATABASE = 'strongroom';
const APP_ROLE = 'strongroom_app';
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 12;
const IDLE_TIMEOUT_MS = 60_000;

/**
 * Connects, migrates as the owner, then works as `strongroom_app`: no superuser, subject to row-level security,
 * owner of nothing. Throws `database/unavailable` (one line that says what is wrong), `database/role_too_strong`,
 * and what `migrate` throws.
 */
export async function createDatabase({ address, migrations, log }: DatabaseOptions): Promise<Database> {
  const owner = await connectOwner(address);
  try {
    await migrate(owner, [...platformMigrations, ...migrations]);
    await openAppRole(owner, address);
  } catch (error) {
    throw connectionFailed(error);
  } finally {
    await owner.end();
  }
  const pool = new pg.Pool({
    ...appConnection(address),
    max: CONNECTIONS_MAX,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  // One that is in use has nobody else who listens, and would end the process; whoever uses it gets the error with their query.
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    await refuseStrongRole(pool);
  } catch (error) {
    await pool.end();
    throw connectionFailed(error);
  }
  return databaseOn(pool);
}

function databaseOn(pool: pg.Pool): Database {
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const within = async <T>(
    setting: 'strongroom.workspace' | 'strongroom.lookup',
    value: string,
    work: (transaction: Transaction<Tables>) => Promise<T>,
  ): Promise<T> =>
    connected(() =>
      kysely.transaction().execute(async (transaction) => {
        await sql`select set_config(${setting}, ${value}, true)`.execute(transaction);
        return work(transaction);
      }),
    );
  return {
    withWorkspace: (workspaceId, work) => within('strongroom.workspace', workspaceId, work),
    atOnce: (name, statement) =>
      connected(async () => {
        const { sql: text, parameters } = statement.compile(kysely);
        // Only after the server is ready again is this resolved: then the commit was flushed.
        return (await pool.query({ name, text, values: [...parameters] })).rows;
      }),
    readInWorkspace: (workspaceId, build) =>
      connected(() => readOnce(pool, { setting: 'strongroom.workspace', value: workspaceId }, build(kysely))),
    readByLookup: (lookupHash, build) =>
      connected(() => readOnce(pool, { setting: 'strongroom.lookup', value: lookupHash }, build(kysely))),
    withLookup: (lookupHash, work) => within('strongroom.lookup', lookupHash, work),
    close: () => kysely.destroy(),
  };
}

async function connected<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isConnectionError(error) ? connectionFailed(error) : error;
  }
}

async function connectOwner(address: DatabaseAddress): Promise<pg.Client> {
  if (address.kind === 'url') return connect({ connectionString: address.url.reveal() });
  const cluster = {
    host: address.socketFolder,
    port: address.port,
    user: 'postgres',
    password: address.superuserPassword.reveal(),
  };
  // Looked for, not tried: PostgreSQL would report the failed try as FATAL, and that would be the first line a newcomer reads.
  const maintenance = await connect({ ...cluster, database: 'postgres' });
  try {
    const { rowCount } = await maintenance.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await maintenance.query('create database strongroom');
  } finally {
    await maintenance.end();
  }
  return connect({ ...cluster, database: DATABASE });
}

async function connect(options: pg.ClientConfig): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      ...options,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'strongroom',
    });
    client.on('error', () => {}); // the query that was running rejects with it
    await client.connect();
    return client;
  } catch (error) {
    throw connectionFailed(error);
  }
}

function appConnection(address: DatabaseAddress): pg.PoolConfig {
  const settings = `-c search_path=strongroom -c statement_timeout=${STATEMENT_TIMEOUT_MS}`;
  if (address.kind === 'url') {
    return {
      connectionString: address.url.reveal(),
      options: `${settings} -c role=${APP_ROLE}`,
      application_name: 'strongroom',
    };
  }
  return {
    host: address.socketFolder,
    port: address.port,
    user: APP_ROLE,
    password: address.appPassword.reveal(),
    database: DATABASE,
    options: settings,
    application_name: 'strongroom',
  };
}

/** One at a time: PostgreSQL refuses two changes of one role at the same moment. */
async function openAppRole(owner: pg.Client, address: DatabaseAddress): Promise<void> {
  await owner.query('begin');
  await owner.query('select pg_advisory_xact_lock(7600184467440738)');
  if (address.kind === 'cluster') {
    // `alter role` takes no parameters, so the password travels in a setting and the server quotes it.
    await owner.query(`select set_config('strongroom.app_password', $1, true)`, [address.appPassword.reveal()]);
    await owner.query(
      `do $$ begin execute format('alter role strongroom_app login password %L', current_setting('strongroom.app_password')); end $$`,
    );
  } else {
    // PostgreSQL 16 and newer give the maker of a role its administration, but not the right to become it.
    await owner.query(`do $$ begin
      if not pg_has_role(current_user, 'strongroom_app', 'set') then execute format('grant strongroom_app to %I', current_user); end if;
    end $$`);
  }
  await owner.query('commit');
}

/** INVARIANT: the role we work as is subject to row-level security; PostgreSQL skips it for superusers without a word. */
async function refuseStrongRole(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ weak: boolean }>(
    `select current_user = 'strongroom_app' and not rolsuper and not rolbypassrls
       and not exists (select from pg_class where relnamespace = 'strongroom'::regnamespace and relowner = pg_roles.oid) as weak
     from pg_roles where rolname = current_user`,
  );
  if (rows[0]?.weak !== true) throw roleTooStrong();
}
