import { type RefusedEndpoint, type TlsMode, hidePassword } from '../postgres/address.ts';
import { parseSourceUrl } from '../parse-source-url.ts';

export type MariadbAddress = {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly user: string;
  /** Empty where the address names none: names are written in full in what runs. */
  readonly database: string;
  readonly refused: readonly RefusedEndpoint[];
  /** Not enumerable: no copy, `JSON.stringify`, `util.inspect` or log shows it. */
  readonly password: string | null;
};

const ENGINE = { schemes: ['mariadb', 'mysql'], port: 3306 };

/** Reads `mariadb://user:password@host:port/database?sslmode=…`, see `parseSourceUrl`. */
export function parseMariadbUrl(
  url: string,
  { refused = [] }: { refused?: readonly RefusedEndpoint[] } = {},
): MariadbAddress {
  const { password, ...read } = parseSourceUrl(url, ENGINE, refused);
  return hidePassword({ ...read, refused }, password);
}

/** For people: where it is, without credentials. */
export function describeMariadbAddress({ host, port, database }: MariadbAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}${database === '' ? '' : `/${database}`}`;
}
