import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Binaries, findBinaries } from './binaries.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { clearStaleLock } from './stale-lock.ts';

export type ClusterOptions = {
  /** Created when missing, mode 0700. Holds `data/` and, where the path is short enough, `socket/`. */
  readonly folder: string;
  /** Of the role `postgres`; set when the cluster is created, so it must be the same at every start. */
  readonly superuserPassword: string;
  /** Only a Unix socket unless given; `port` 0 takes a free one. */
  readonly listen?: { readonly host: '127.0.0.1'; readonly port: number };
  /** Further server settings, e.g. `{ ssl: 'on' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Other programs than those that came with us: tests run what customers run. */
  readonly binaries?: Binaries;
  /** Gets the server's own log lines; these hold no statements. */
  readonly log?: (line: string) => void;
};

export type Cluster = AsyncDisposable & {
  /** For `host` of a `pg` client. */
  readonly socketFolder: string;
  readonly port: number;
  readonly superuser: 'postgres';
  /** Resolves when the server has ended on its own, which it should not. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
};

// A Unix socket's path may have 107 bytes on Linux, 103 on macOS.
const SOCKET_PATH_BYTES_MAX = 103;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 8_000;

const SETTINGS: Readonly<Record<string, string>> = {
  // INVARIANT: the server's log carries no statement and no row value: errors quote values, so only FATAL is logged.
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_statement: 'none',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  unix_socket_permissions: '0700',
  shared_buffers: '64MB',
  // One sort of one person's must not fill the disk.
  temp_file_limit: '1GB',
  max_connections: '80',
  jit: 'off',
};

/** Settings, and flags of `initdb`, that only PostgreSQL of that version and newer ones know. */
const SINCE: Readonly<Record<string, number>> = {
  log_parameter_max_length: 13,
  log_parameter_max_length_on_error: 13,
  '--locale-provider=builtin': 17,
};

// Ends PostgreSQL when our end of its standard input closes: also when we were killed and could not say goodbye.
// A backend that plans an enormous statement hears no polite request (INT); after four seconds it is told to drop all (QUIT).
const WATCHDOG = `"$@" </dev/null & server=$!
  ( cat >/dev/null
    kill -INT $server
    tenths=0
    while [ $tenths -lt 40 ] && kill -0 $server; do sleep 0.1; tenths=$((tenths + 1)); done
    kill -QUIT $server ) 2>/dev/null <&3 &
  wait $server`;

/**
 * Starts a PostgreSQL cluster of our own on a Unix socket, creating it at the first start.
 * Works as root and as an ordinary user; recovers from a start or a server that was killed.
 * Throws `Error` with one line that says what is wrong (no space, read-only, unreachable folder).
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const binaries = options.binaries ?? (await findBinaries());
  const { postgres } = binaries;
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const runAs = await chooseRunAs(options.folder, postgres);
  await own(options.folder, runAs);
  const data = join(options.folder, 'data');
  if (!(await exists(join(data, 'PG_VERSION')))) await createData(binaries, options, runAs, data);
  await clearStaleLock(data);

  const socketFolder = await makeSocketFolder(options.folder, runAs);
  const port = options.listen?.port === 0 ? await freePort(options.listen.host) : (options.listen?.port ?? 5432);
  const settings = {
    ...SETTINGS,
    listen_addresses: options.listen?.host ?? '',
    unix_socket_directories: socketFolder,
    port: String(port),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) =>
    isKnown(name, binaries) ? ['-c', `${name}=${value}`] : [],
  );
  const child = spawn('sh', ['-c', `exec 3<&0; ${WATCHDOG}`, 'sh', ...runAs.prefix, postgres, '-D', data, ...flags], {
    ...runAs.ids,
    // A process group of its own: Ctrl-C in the terminal is for us; we then stop the database in order.
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const lastLines = collectLines(child, options.log);
  child.stdin?.on('error', () => {}); // it ended before us; `ended` says so
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      child.stdin?.end(); // lets the watchdog end too
      resolve();
    });
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin?.end();
    const late = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS);
    await closed;
    clearTimeout(late);
    if (!socketFolder.startsWith(options.folder)) await rm(socketFolder, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(data, ended);
  } catch {
    await stop();
    throw new Error(
      `PostgreSQL did not start in ${options.folder}: ${lastLines.find((line) => line.includes('FATAL')) ?? lastLines.at(-1) ?? 'it said nothing'}`,
    );
  }
  return { socketFolder, port, superuser: 'postgres', ended, stop, [Symbol.asyncDispose]: stop };
}

function isKnown(nameOrFlag: string, { version }: Binaries): boolean {
  return version >= (SINCE[nameOrFlag] ?? 0);
}

async function createData(binaries: Binaries, options: ClusterOptions, runAs: RunAs, data: string): Promise<void> {
  // Built aside and renamed, so that a start killed here leaves nothing half made.
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  const flags = [
    '-D',
    fresh,
    '--username=postgres',
    '--pwfile=/dev/stdin',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--wal-segsize=8',
    ...(options.settings?.['fsync'] === 'off' ? ['--no-sync'] : []),
  ].filter((flag) => isKnown(flag, binaries));
  // Through `cat`, since initdb opens its standard input by name, which works for a pipe but not for Node's socket pair.
  const child = spawn('sh', ['-c', 'cat | "$@"', 'sh', ...runAs.prefix, binaries.initdb, ...flags], {
    ...runAs.ids,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const lines = collectLines(child, undefined);
  child.stdin?.on('error', () => {}); // initdb ended before reading; its exit code says so
  child.stdin?.end(`${options.superuserPassword}\n`);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    const reason =
      lines.find((line) => line.includes('error:') || line.includes('FATAL')) ??
      lines.at(-1) ??
      `initdb ended with ${code}`;
    throw new Error(`PostgreSQL could not be set up in ${options.folder}: ${reason.replace(/^initdb: error: /, '')}`);
  }
  await rename(fresh, data);
}

async function own(folder: string, runAs: RunAs): Promise<void> {
  if (runAs.owner !== null) await chown(folder, runAs.owner.uid, runAs.owner.gid);
  await chmod(folder, 0o700);
}

async function makeSocketFolder(folder: string, runAs: RunAs): Promise<string> {
  let socketFolder = join(folder, 'socket');
  if (Buffer.byteLength(join(socketFolder, '.s.PGSQL.65535')) > SOCKET_PATH_BYTES_MAX)
    socketFolder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  else await mkdir(socketFolder, { recursive: true, mode: 0o700 });
  await own(socketFolder, runAs);
  return socketFolder;
}

/** PostgreSQL writes its status into the eighth line of `postmaster.pid`; `pg_ctl` waits for it the same way. */
async function waitUntilReady(data: string, ended: Promise<void>): Promise<void> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!gone && Date.now() < deadline) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[7]?.trim() === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw new Error('not ready');
}

function collectLines(child: ChildProcess, log: ((line: string) => void) | undefined): string[] {
  const last: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.trim() === '') return;
      last.push(line);
      if (last.length > 20) last.shift();
      log?.(line);
    });
  }
  return last;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended in the same moment.
  }
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
