import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import mysql from 'mysql2/promise';
import { findMariadb, type MariadbPrograms } from './find-mariadb.ts';
import { runProgram } from './run-program.ts';
import type { Login } from './start-postgres.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type MariadbOptions = {
  /** Server variables, e.g. `{ 'sql-mode': 'ANSI' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** PEM texts: it then also speaks TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
};

export type TestMariadb = AsyncDisposable & {
  readonly port: number;
  readonly superuser: Login;
  /** `mariadb://user:password@127.0.0.1:port/database`; of the superuser unless a login is given. */
  url(login?: Login): string;
  /** Runs static SQL as the superuser; may hold several statements. */
  run(sql: string, database?: string): Promise<void>;
  /** A connected client; `await using` or `end()` it. Rows come as the texts that the server sent. */
  connect(login?: Login): Promise<mysql.Connection & AsyncDisposable>;
  stop(): Promise<void>;
};

const PORTS_TRIED_MAX = 5;

/** A real MariaDB of its own in a temporary folder, on loopback, gone at the end of the `await using` block. */
export async function startMariadb(options: MariadbOptions = {}): Promise<TestMariadb> {
  const programs = await findMariadb();
  if (programs === null) throw new Error('there is no MariaDB here; ask findMariadb first');
  const folder = await temporaryFolder('mariadb');
  const superuser: Login = { user: 'admin', password: randomBytes(12).toString('hex') };
  await createData(programs, folder.path);
  await writeFile(
    join(folder.path, 'init.sql'),
    `create user admin@'%' identified by '${superuser.password}';\ngrant all on *.* to admin@'%' with grant option;\ndelete from mysql.global_priv where User in ('', 'root');\nflush privileges;\n`,
  );
  const extra = Object.entries(options.settings ?? {}).map(([name, value]) => `--${name}=${value}`);
  if (options.tls !== undefined) {
    await writeFile(join(folder.path, 'certificate.pem'), options.tls.certificate);
    await writeFile(join(folder.path, 'key.pem'), options.tls.key, { mode: 0o600 });
    extra.push(`--ssl-cert=${folder.path}/certificate.pem`, `--ssl-key=${folder.path}/key.pem`);
  }
  const { child, port } = await startOnFreePort(programs, folder.path, extra);
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);

  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
    // Nothing of it is kept: there is nothing to flush.
    child.kill('SIGKILL');
    await ended;
    await folder[Symbol.asyncDispose]();
  };
  const connect = async ({ user, password, database }: Login = superuser) => {
    const client = await mysql.createConnection({
      host: '127.0.0.1',
      port,
      user,
      password,
      ...(database === undefined ? {} : { database }),
      multipleStatements: true,
      // It would change the mode that a test chose.
      flags: ['-IGNORE_SPACE'],
      rowsAsArray: true,
      typeCast: (field) => field.string(),
    });
    return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
  };
  return {
    port,
    superuser,
    url: ({ user, password, database } = superuser) =>
      `mariadb://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database ?? '')}`,
    run: async (sql, database) => {
      await using client = await connect(database === undefined ? superuser : { ...superuser, database });
      await client.query(sql);
    },
    connect,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** As root it must be told so; nothing but this test talks to it. */
const asRoot = () => (process.getuid?.() === 0 ? ['--user=root'] : []);

function commonArguments({ share }: MariadbPrograms, folder: string): string[] {
  return [
    '--no-defaults',
    ...asRoot(),
    `--datadir=${folder}/data`,
    `--tmpdir=${folder}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${share}/charsets`,
    '--innodb-buffer-pool-size=32M',
    '--innodb-log-file-size=8M',
    '--innodb-flush-log-at-trx-commit=0',
  ];
}

/** What `mariadb-install-db` does, without the shell script around it and the tables of HELP. */
async function createData(programs: MariadbPrograms, folder: string): Promise<void> {
  await mkdir(join(folder, 'data'));
  const read = async (name: string): Promise<string> => {
    const path = join(programs.share, `mysql_${name}.sql`);
    return readFile(existsSync(path) ? path : join(programs.share, `mariadb_${name}.sql`), 'utf8');
  };
  const input = [
    'create database if not exists mysql;',
    'use mysql;',
    'set @auth_root_socket = null;',
    await read('system_tables'),
    await read('performance_tables'),
    await read('system_tables_data'),
    '',
  ].join('\n');
  const { code, stderr } = await runProgram(programs.server, [...commonArguments(programs, folder), '--bootstrap'], {
    input,
    env: { ...programs.environment },
  });
  if (code !== 0) throw new Error(`MariaDB's system tables could not be made: ${stderr.slice(-500)}`);
}

async function startOnFreePort(
  programs: MariadbPrograms,
  folder: string,
  extra: readonly string[],
): Promise<{ child: ChildProcess; port: number }> {
  let log = '';
  for (let tried = 0; tried < PORTS_TRIED_MAX; tried += 1) {
    const port = await freePort();
    const child = spawn(
      programs.server,
      [
        ...commonArguments(programs, folder),
        `--socket=${folder}/mariadb.sock`,
        `--pid-file=${folder}/pid`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        '--skip-name-resolve',
        `--init-file=${folder}/init.sql`,
        ...extra,
      ],
      { env: { ...programs.environment }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    for await (const line of createInterface({ input: child.stderr })) {
      log += `${line}\n`;
      if (line.includes('ready for connections')) {
        child.stderr.resume();
        return { child, port };
      }
    }
  }
  throw new Error(`MariaDB did not start: ${log.slice(-800)}`);
}

/** Another program may take it before MariaDB does, which has no way to ask for any: then the next one is tried. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
