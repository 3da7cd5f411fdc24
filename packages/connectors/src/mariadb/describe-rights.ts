import type { Rights } from '../contract.ts';
import type { Pool } from '../pool.ts';
import { tlsWarnings } from '../tls-warnings.ts';
import type { MariadbAddress } from './address.ts';
import { askCatalog } from './ask-catalog.ts';
import type { Session } from './session.ts';

const HARMLESS = `('USAGE', 'SELECT', 'SHOW VIEW', 'SHOW DATABASES')`;
// Ours, and those of the roles that are on: who may look into `mysql` sees everybody's.
const GRANTEES = `(SELECT CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')
  UNION SELECT CONCAT('''', role_name, '''@''''') FROM information_schema.enabled_roles WHERE role_name IS NOT NULL
  UNION SELECT role_name FROM information_schema.enabled_roles WHERE role_name IS NOT NULL)`;
// Ten of each are named; the rest are counted.
const EVERYWHERE = `
  SELECT privilege_type, COUNT(*) OVER () FROM information_schema.user_privileges
  WHERE privilege_type NOT IN ${HARMLESS} AND grantee IN ${GRANTEES} ORDER BY privilege_type IN ('SUPER', 'FILE') DESC, 1 LIMIT 10`;
const SCHEMAS = `
  SELECT CONCAT(table_schema, '.*'), COUNT(*) OVER () FROM information_schema.schema_privileges
  WHERE privilege_type NOT IN ${HARMLESS} AND grantee IN ${GRANTEES} GROUP BY table_schema ORDER BY 1 LIMIT 10`;
const TABLES = `
  SELECT CONCAT(table_schema, '.', table_name), COUNT(*) OVER () FROM (
    SELECT table_schema, table_name, privilege_type, grantee FROM information_schema.table_privileges
    UNION ALL SELECT table_schema, table_name, privilege_type, grantee FROM information_schema.column_privileges) p
  WHERE privilege_type NOT IN ${HARMLESS} AND grantee IN ${GRANTEES} GROUP BY table_schema, table_name ORDER BY 1 LIMIT 10`;

/** Names what our role may do beyond reading, and weak TLS. */
export async function describeRights(
  pool: Pool<Session>,
  address: MariadbAddress,
  signal?: AbortSignal,
): Promise<Rights> {
  const [everywhere = [], schemas = [], tables = []] = await askCatalog(pool, [EVERYWHERE, SCHEMAS, TABLES], signal);
  return {
    warnings: [
      ...tlsWarnings(address),
      ...named('may everywhere', everywhere),
      ...named('can write', schemas),
      ...named('can write', tables),
    ],
  };
}

function named(what: string, rows: (string | null)[][]): string[] {
  const more = Number(rows[0]?.[1] ?? 0) - rows.length;
  return [...rows.map(([name]) => `${what}: ${name}`), ...(more > 0 ? [`${what}: ${more} more`] : [])];
}
