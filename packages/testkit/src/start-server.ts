import { chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ordinaryUser } from './ordinary-user.ts';
import { collect, type Exit, exitOf, spawnServer } from './server-process.ts';

const READY_LINE = /^Strongroom is ready at (\S+)$/m;
const SIGN_IN_LINE = /^Sign in: (\S+)$/m;
const READY_TIMEOUT_MS = 120_000;

export type ServerOptions = {
  /** Settings of CONTRACT.md, e.g. `{ STRONGROOM_SAMPLE: 'off' }`; none of our own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** A home to start in again; then it is left in place afterwards. Default: a new one, removed at the end. */
  readonly home?: string;
  /** Run without root's rights even when the tests have them. Throws where that is impossible; ask `ordinaryUser()` first. */
  readonly asOrdinaryUser?: boolean;
};

export type CallOptions = {
  readonly body?: unknown;
  /** Bearer token; default the local administrator's. null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

export type RunningServer = AsyncDisposable & {
  readonly url: string;
  /** The one-time link printed at the start; null with a configured issuer. */
  readonly signInLink: string | null;
  /** null with a configured issuer. */
  readonly adminToken: string | null;
  readonly home: string;
  readonly pid: number;
  /** What it has written so far. */
  output(): { stdout: string; stderr: string };
  /** Calls `path` under `/api/v1`, e.g. `call('GET', 'sources')`, with a JSON body when there is one. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<Exit>;
  /** SIGKILL: as a power cut would. */
  kill(): Promise<Exit>;
  readonly exited: Promise<Exit>;
};

/**
 * Starts the real server on a free port and waits for its ready line.
 * Throws `Error` with what it wrote to standard error when it ends or says nothing for two minutes.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { home, user, removeHome } = await prepareHome(options);
  const environment = options.env ?? {};
  const child = spawnServer(home, environment, user);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const exited = exitOf(child);
  const stopWith = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };

  const hasLink = environment['STRONGROOM_OIDC_ISSUER'] === undefined;
  const ready = (): boolean => READY_LINE.test(stdout.text) && (!hasLink || SIGN_IN_LINE.test(stdout.text));
  const outcome = await new Promise<'ready' | 'late' | Exit>((resolve, reject) => {
    const late = setTimeout(resolve, READY_TIMEOUT_MS, 'late');
    child.stdout?.on('data', () => {
      if (ready()) resolve('ready');
    });
    exited.then(resolve, reject).finally(() => clearTimeout(late));
  });
  if (outcome !== 'ready') {
    await stopWith('SIGKILL');
    await removeHome();
    const what =
      outcome === 'late'
        ? 'did not get ready in time'
        : `ended with ${outcome.code ?? outcome.signal} before it was ready`;
    throw new Error(`the server ${what}:\n${stderr.text.slice(-4000)}`);
  }

  const url = READY_LINE.exec(stdout.text)?.[1] ?? '';
  const adminToken = await readFile(join(home, 'admin.token'), 'utf8').then(
    (token) => token.trim(),
    () => null,
  );
  return {
    url,
    signInLink: SIGN_IN_LINE.exec(stdout.text)?.[1] ?? null,
    adminToken,
    home,
    pid: child.pid ?? 0,
    output: () => ({ stdout: stdout.text, stderr: stderr.text }),
    call: (method, path, callOptions = {}) => fetch(`${url}/api/v1/${path}`, request(method, adminToken, callOptions)),
    stop: () => stopWith('SIGTERM'),
    kill: () => stopWith('SIGKILL'),
    exited,
    [Symbol.asyncDispose]: async () => {
      await stopWith('SIGTERM');
      await removeHome();
    },
  };
}

/** Starts the server where it must refuse, and gives what it said and its exit code. */
export async function startRefused(options: ServerOptions = {}): Promise<Exit & { stdout: string; stderr: string }> {
  const { home, user, removeHome } = await prepareHome(options);
  const child = spawnServer(home, options.env ?? {}, user);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdout?.on('data', () => {
    if (READY_LINE.test(stdout.text)) child.kill('SIGTERM');
  });
  const exit = await exitOf(child);
  await removeHome();
  return { ...exit, stdout: stdout.text, stderr: stderr.text };
}

async function prepareHome(
  options: ServerOptions,
): Promise<{ home: string; user: ReturnType<typeof ordinaryUser>; removeHome: () => Promise<void> }> {
  const user = options.asOrdinaryUser === true ? ordinaryUser() : null;
  if (options.asOrdinaryUser === true && user === null) throw new Error('no ordinary user can read this repository');
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'strongroom-home-')));
  if (user !== null && process.getuid?.() === 0) await chown(home, user.uid, user.gid);
  const removeHome = async (): Promise<void> => {
    if (options.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  return { home, user, removeHome };
}

function request(method: string, adminToken: string | null, options: CallOptions): RequestInit {
  const token = options.token === undefined ? adminToken : options.token;
  return {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}
