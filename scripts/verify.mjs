// `npm run verify`: every tool in turn, one line each; the output of a tool shows only when it refuses.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'node_modules', '.bin');
/** Fewer means that dependency-cruiser could not read the code (with TypeScript 7 it finds none) and guards nothing. */
const MODULES_MIN = 50;

const folders = ['apps', 'packages', 'scripts', 'tests', 'bench'].filter((folder) => existsSync(join(root, folder)));
const checks = [
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  ...(existsSync(join(root, 'apps/web/tsconfig.json'))
    ? [{ name: 'types of the web app', command: 'tsc', args: ['-p', 'apps/web/tsconfig.json'] }]
    : []),
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', command: 'oxfmt', args: ['--check', '.'] },
  {
    name: 'imports',
    command: 'depcruise',
    args: [...folders, '--config', '.dependency-cruiser.mjs'],
    accept: sawEnoughModules,
  },
  { name: 'unused', command: 'knip', args: ['--no-progress'] },
  { name: 'map', command: 'node', args: ['scripts/generate-map.ts', '--check'] },
];

/** null, or why the run of dependency-cruiser proves nothing. */
function sawEnoughModules(output) {
  const modules = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return modules >= MODULES_MIN
    ? null
    : `dependency-cruiser saw ${modules} modules, fewer than ${MODULES_MIN}: it can't read the code`;
}

let refused = 0;
for (const { name, command, args, accept } of checks) {
  const startedMs = performance.now();
  const run = spawnSync(join(bin, command), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = `${run.stdout ?? ''}${run.stderr ?? ''}`;
  const complaint =
    run.error?.message ??
    (run.status === 0 ? (accept?.(output) ?? null) : output.trim() || `ended with ${run.status ?? run.signal}`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${complaint === null ? 'ok     ' : 'refused'}  ${name.padEnd(22)} ${seconds.padStart(5)} s`);
  if (complaint !== null) {
    console.log(complaint);
    refused += 1;
  }
}
if (refused > 0) console.log(`verify: ${refused} of ${checks.length} tools refused`);
process.exitCode = refused === 0 ? 0 : 1;
