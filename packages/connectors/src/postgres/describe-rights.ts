import type { Rights } from '../contract.ts';
import type { Pool } from '../pool.ts';
import { tlsWarnings } from '../tls-warnings.ts';
import type { PostgresAddress } from './address.ts';
import { askCatalog } from './ask-catalog.ts';
import type { Session } from './session.ts';

// Ten of each are named; the rest are counted.
const ROLE =
  'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user';
const MEMBERSHIPS = `
  select rolname from pg_roles where pg_has_role(current_user, oid, 'member') and rolname in ('pg_write_all_data', 'pg_execute_server_program',
    'pg_read_server_files', 'pg_write_server_files', 'pg_maintain', 'pg_signal_backend', 'pg_create_subscription') order by 1`;
const WRITABLE = `
  select n.nspname || '.' || c.relname, count(*) over () from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and has_schema_privilege(n.oid, 'usage')
    and (has_table_privilege(c.oid, 'insert, update, delete, truncate') or has_any_column_privilege(c.oid, 'insert, update'))
  order by 1 limit 10`;
const CREATABLE = `
  select n.nspname, count(*) over () from pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and has_schema_privilege(n.oid, 'create') order by 1 limit 10`;
const DEFINER = `
  select n.nspname || '.' || p.proname, count(*) over () from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute') order by 1 limit 10`;

const ATTRIBUTES = ['superuser', 'bypassrls', 'createrole', 'createdb', 'replication'];

/** Names what our role may do beyond reading, and weak TLS. */
export async function describeRights(
  pool: Pool<Session>,
  address: PostgresAddress,
  signal?: AbortSignal,
): Promise<Rights> {
  const [role, memberships, writable, creatable, definer] = await askCatalog(
    pool,
    [ROLE, MEMBERSHIPS, WRITABLE, CREATABLE, DEFINER],
    signal,
  );
  return {
    warnings: [
      ...(address.kind === 'socket' ? [] : tlsWarnings(address)),
      ...ATTRIBUTES.filter((_, index) => role?.[0]?.[index] === 't'),
      ...(memberships ?? []).map(([name]) => `member of ${name}`),
      ...named('can write', writable ?? []),
      ...named('can create in schema', creatable ?? []),
      ...named('can execute as its owner', definer ?? []),
    ],
  };
}

function named(what: string, rows: (string | null)[][]): string[] {
  const more = Number(rows[0]?.[1] ?? 0) - rows.length;
  return [...rows.map(([name]) => `${what}: ${name}`), ...(more > 0 ? [`${what}: ${more} more`] : [])];
}
