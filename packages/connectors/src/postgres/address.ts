/** How the way to the source is protected. Only `verified` proves who answers. */
export type TlsMode = 'off' | 'optional' | 'unverified' | 'verified-chain' | 'verified';

/** A listener of our own that a source may not point at. */
export type RefusedEndpoint = { readonly host: string; readonly port: number };

type Credentials = {
  readonly user: string;
  readonly database: string;
  /** Not enumerable: no copy, `JSON.stringify`, `util.inspect` or log shows it. */
  readonly password: string | null;
};

export type PostgresAddress =
  | (Credentials & {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: TlsMode;
      readonly refused: readonly RefusedEndpoint[];
    })
  /** Of the embedded sample alone: made by code, never from a person's text. */
  | (Credentials & { readonly kind: 'socket'; readonly folder: string; readonly port: number });

export function hidePassword<T extends object>(
  fields: T,
  password: string | null,
): T & { readonly password: string | null } {
  return Object.defineProperty(fields, 'password', { value: password, enumerable: false }) as T & {
    readonly password: string | null;
  };
}

export function socketAddress({
  folder,
  port,
  user,
  database,
  password = null,
}: {
  folder: string;
  port: number;
  user: string;
  database: string;
  password?: string | null;
}): PostgresAddress {
  return hidePassword({ kind: 'socket' as const, folder, port, user, database }, password);
}

/** For people: where it is, without credentials. */
export function describeAddress(address: PostgresAddress): string {
  if (address.kind === 'socket') return `local socket/${address.database}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}/${address.database}`;
}
