import { parseSourceUrl } from '../parse-source-url.ts';
import { type PostgresAddress, type RefusedEndpoint, hidePassword } from './address.ts';

const ENGINE = { schemes: ['postgres', 'postgresql'], port: 5432 };

/** Reads `postgres://user:password@host:port/database?sslmode=…`, see `parseSourceUrl`; the database is the user's own by default. */
export function parsePostgresUrl(
  url: string,
  { refused = [] }: { refused?: readonly RefusedEndpoint[] } = {},
): PostgresAddress {
  const { password, ...read } = parseSourceUrl(url, ENGINE, refused);
  return hidePassword({ kind: 'tcp' as const, ...read, database: read.database || read.user, refused }, password);
}
