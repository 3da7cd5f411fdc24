// The first thing that runs on a fresh machine: plain JavaScript for Node 20, nothing installed yet.
// `node scripts/run.mjs start|test|verify|strongroom|bench [arguments]`
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-installed.mjs';
import { ensureWebBuilt } from './ensure-web-built.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules', 'node', 'bin', 'node');

const COMMANDS = {
  start: { needsWeb: true, program: 'apps/server/src/main.ts' },
  strongroom: { needsWeb: false, program: 'apps/cli/src/main.ts' },
  test: { needsWeb: true, program: 'node_modules/vitest/vitest.mjs', first: ['run'] },
  verify: { needsWeb: false, program: 'scripts/verify.mjs' },
  bench: { needsWeb: false, program: 'bench/main.ts' },
};

async function main([name = '', ...args]) {
  const command = COMMANDS[name];
  if (command === undefined)
    throw new Error(`unknown command \`${name}\`; there are ${Object.keys(COMMANDS).join(', ')}`);
  await ensureInstalled(root, node);
  // What only this bench is measured beside is large: nobody else waits for it.
  if (name === 'bench' && ['disclosure', 'gateway', 'ledger', 'query'].includes(args[0]))
    await ensureInstalled(join(root, 'bench'), node);
  // Tests run on older databases too, which nobody else waits for; where they can't be had, those tests say so.
  if (name === 'test' && `${process.platform}-${process.arch}` === 'linux-x64')
    await ensureInstalled(join(root, 'packages/testkit/older-postgres'), node).catch((error) => {
      if (process.env.CI === 'true') throw error;
      process.stderr.write(`${error.message}\n`);
    });
  if (command.needsWeb) await ensureWebBuilt(root, node);
  process.exitCode = await run(node, [join(root, command.program), ...(command.first ?? []), ...args]);
}

/** Runs a program in our place: same streams, our signals passed on, its exit code as ours. */
function run(program, args) {
  const { PATH = '' } = process.env;
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: {
      // What Node makes of a source file is kept beside the dependencies, so that a second start need not make it again.
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
      ...process.env,
      PATH: `${join(root, 'node_modules', '.bin')}:${PATH}`,
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm passes a signal to its shell, and a shell such as dash dies of it without telling us: our parent then changes.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 1)));
  });
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
