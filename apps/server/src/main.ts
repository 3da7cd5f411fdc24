import { writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { ConfigurationError, prepareHome, readEnvironment } from '#config';
import type { Environment } from '#config';
import { ProblemError } from '@strongroom/protocol';

/** The contract says 10 s; what has not ended by then is ended by the system, and the databases by their watchdogs. */
const STOP_MS_MAX = 9_000;

type Running = { readonly origin: string; readonly signInLink: string | null; stop(): Promise<void> };

async function start(environment: Environment): Promise<Running> {
  const { config, secrets, warnings } = environment;
  await prepareHome(config.home);
  // Below our own folder: a cache in a shared one could be planted by somebody else.
  enableCompileCache(path.join(config.home, 'cache'));
  const [{ checkPort }, { createLog }, { startServer }] = await Promise.all([
    import('#platform/http'),
    import('#platform/log'),
    import('./server.ts'),
  ]);
  const log = createLog({ level: config.logLevel });
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'something failed that nobody waited for'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the server can not go on');
    process.kill(process.pid, 'SIGTERM');
    process.exitCode = 1;
  });
  for (const warning of warnings) log.warn(warning);
  await checkPort(config.host, config.port);
  return startServer({ config, secrets, log });
}

async function main(): Promise<void> {
  // INVARIANT: nothing we make is readable by other people of the machine.
  process.umask(0o077);
  leaveMemoryOutOfCoreDumps();
  process.stdout.on('error', () => {}); // whoever read the two lines has gone
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      ask();
      setTimeout(() => process.exit(), STOP_MS_MAX).unref();
    });
  }
  const environment = readEnvironment();
  const running = await start(environment).catch((error: unknown) => {
    throw nameSetting(error, environment);
  });
  process.stdout.write(
    `Strongroom is ready at ${running.origin}\nSign in: ${running.signInLink ?? `${running.origin}/sign-in`}\n`,
  );
  await asked;
  await running.stop();
}

/**
 * INVARIANT: no row, key or question gets to a disk by a crash. With this filter a core dump holds no mapping of memory; the databases and
 * the children that open files inherit it. Linux alone has it; elsewhere `ulimit -c 0` is the operator's.
 */
function leaveMemoryOutOfCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Another system.
  }
}

/** The database of the operator's is named by its setting, which is what they must change. */
function nameSetting(error: unknown, { config }: Environment): unknown {
  if (!(error instanceof ProblemError) || !error.code.startsWith('database/') || config.database !== 'external')
    return error;
  return new ConfigurationError([`STRONGROOM_DATABASE_URL: ${error.message}`]);
}

/** One line a mistake; a stack only for what nobody foresaw. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.mistakes.join('\n');
  if (error instanceof ProblemError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return 'the start failed';
  return Object.getPrototypeOf(error) === Error.prototype
    ? (error.message.split('\n')[0] ?? '')
    : (error.stack ?? error.message);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
