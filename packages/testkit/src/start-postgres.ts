import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Binaries, type Cluster, startCluster } from '@strongroom/local-cluster';
import pg from 'pg';
import { temporaryFolder } from './temporary-folder.ts';

export type PostgresOptions = {
  /** Also listen on a free port of 127.0.0.1 (passwords by SCRAM), so that it can be a source by URL. */
  readonly tcp?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  /** Gets the server's own log lines. */
  readonly log?: (line: string) => void;
  /** PEM texts: over TCP it then also speaks TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Default: the PostgreSQL that comes with us. See `everyPostgres`. */
  readonly binaries?: Binaries;
};

export type Login = { readonly user: string; readonly password: string; readonly database?: string };

export type TestPostgres = AsyncDisposable & {
  readonly socketFolder: string;
  readonly port: number;
  readonly superuser: Login;
  /** `postgresql://user:password@127.0.0.1:port/database`; of the superuser unless a login is given. Needs `tcp`. */
  url(login?: Login): string;
  /** Runs static SQL as the superuser; may hold several statements. */
  run(sql: string, database?: string): Promise<void>;
  /** A connected client over the socket; `await using` or `end()` it. */
  connect(login?: Login): Promise<pg.Client & AsyncDisposable>;
  stop(): Promise<void>;
};

/** A real PostgreSQL of its own in a temporary folder, gone at the end of the `await using` block. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const folder = await temporaryFolder('pg');
  const superuser: Login = { user: 'postgres', password: randomBytes(12).toString('hex'), database: 'postgres' };
  const cluster: Cluster = await startCluster({
    folder: join(folder.path, 'cluster'),
    superuserPassword: superuser.password,
    ...(options.tcp === true ? { listen: { host: '127.0.0.1', port: 0 } as const } : {}),
    settings: { fsync: 'off', ...options.settings },
    ...(options.binaries === undefined ? {} : { binaries: options.binaries }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  const stop = async (): Promise<void> => {
    await cluster.stop();
    await folder[Symbol.asyncDispose]();
  };
  const connect = async (login: Login = superuser): Promise<pg.Client & AsyncDisposable> => {
    const client = new pg.Client({
      host: cluster.socketFolder,
      port: cluster.port,
      user: login.user,
      password: login.password,
      database: login.database ?? 'postgres',
    });
    await client.connect();
    return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
  };
  if (options.tls !== undefined) {
    await using client = await connect();
    await turnTlsOn(client, options.tls);
  }
  return {
    socketFolder: cluster.socketFolder,
    port: cluster.port,
    superuser,
    url: ({ user, password, database } = superuser) =>
      `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${cluster.port}/${encodeURIComponent(database ?? 'postgres')}`,
    run: async (sql, database = 'postgres') => {
      await using client = await connect({ ...superuser, database });
      await client.query(sql);
    },
    connect,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Through the server itself, since the files must belong to whom it runs as. */
async function turnTlsOn(
  client: pg.Client,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): Promise<void> {
  for (const [file, text] of [
    ['server.crt', certificate],
    ['server.key', key],
  ] as const)
    await client.query(
      `copy (select regexp_split_to_table(${client.escapeLiteral(text)}, '\n')) to program 'umask 077; cat > ${file}'`,
    );
  await client.query('alter system set ssl = on');
  await client.query('select pg_reload_conf()');
  // A session hears of it between two statements, after the server itself has.
  for (let isOn = false; !isOn;) isOn = (await client.query<{ ssl: string }>('show ssl')).rows[0]?.ssl === 'on';
}
