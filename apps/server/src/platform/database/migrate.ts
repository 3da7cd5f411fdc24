import { hash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Migration } from '#contracts';
import { ProblemError } from '@strongroom/protocol';

// Any fixed number: two servers that start at once on one database migrate one after the other.
const LOCK_SQL = 'select pg_advisory_lock(7600184467440737)';
const UNLOCK_SQL = 'select pg_advisory_unlock(7600184467440737)';

const GROUND_SQL = `
  create schema if not exists strongroom;
  create table if not exists strongroom.migrations (id text primary key, checksum text not null, applied_at timestamptz not null default now());
`;

/**
 * Brings the schema to the list: forward only, each step once, in its own transaction together with its record.
 * Throws `database/migration_changed` when a step that ran has another text now, `database/newer` when the database
 * has steps this program doesn't know.
 */
export async function migrate(client: ClientBase, migrations: readonly Migration[]): Promise<void> {
  await client.query('set search_path = strongroom');
  if (pending(await applied(client), migrations).length === 0) return;
  await client.query(LOCK_SQL);
  try {
    await client.query(GROUND_SQL);
    for (const migration of pending(await applied(client), migrations)) await apply(client, migration);
  } finally {
    await client.query(UNLOCK_SQL);
  }
}

async function applied(client: ClientBase): Promise<Map<string, string>> {
  const present = await client.query<{ present: boolean }>(
    `select to_regclass('strongroom.migrations') is not null as present`,
  );
  if (present.rows[0]?.present !== true) return new Map();
  const { rows } = await client.query<{ id: string; checksum: string }>(
    'select id, checksum from strongroom.migrations',
  );
  return new Map(rows.map((row) => [row.id, row.checksum]));
}

function pending(ran: ReadonlyMap<string, string>, migrations: readonly Migration[]): Migration[] {
  const known = new Set(migrations.map((migration) => migration.id));
  if (known.size !== migrations.length) throw new Error('two migrations have the same id');
  for (const id of ran.keys()) {
    if (!known.has(id))
      throw new ProblemError('database/newer', 500, `the database was written by a newer Strongroom (\`${id}\`)`);
  }
  return migrations.filter((migration) => {
    const before = ran.get(migration.id);
    if (before !== undefined && before !== checksumOf(migration)) {
      throw new ProblemError(
        'database/migration_changed',
        500,
        `the step \`${migration.id}\` of the schema has changed since it ran`,
      );
    }
    return before === undefined;
  });
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into strongroom.migrations (id, checksum) values ($1, $2)', [
      migration.id,
      checksumOf(migration),
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Whitespace doesn't count, so that a formatter can't break an installation. */
function checksumOf(migration: Migration): string {
  return hash('sha256', migration.sql.replace(/\s+/g, ' ').trim(), 'hex');
}
