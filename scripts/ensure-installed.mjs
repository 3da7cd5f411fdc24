import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './with-lock.mjs';

const NODE_MAJOR_MIN = 20;

/** Installs the dependencies of the lock file unless they are there. Says so on standard error; throws one line when it can't. */
export async function ensureInstalled(root, node) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR_MIN)
    throw new Error(`Node ${NODE_MAJOR_MIN} or newer is needed; this is ${process.versions.node}`);
  if (isInstalled(root, node)) return;
  await withLock(join(root, '.install.lock'), async () => {
    if (isInstalled(root, node)) return;
    process.stderr.write('Installing what is missing (a minute or so) …\n');
    const [program, first] = npm();
    const install = spawnSync(program, [...first, 'ci', '--loglevel=error', '--no-audit', '--no-fund'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (install.error) throw new Error(`npm could not be started: ${install.error.message}`);
    if (install.status !== 0) throw new Error('npm could not install the dependencies; its reason stands above');
    if (!isInstalled(root, node))
      throw new Error('npm finished, but something is still missing; remove node_modules and start again');
  });
}

/** The npm that runs us, else the one on the path. */
function npm() {
  const { npm_execpath: path } = process.env;
  return path?.endsWith('.js') ? [process.execPath, [path]] : ['npm', []];
}

/** Whether what npm recorded of its last install holds every version of the lock file (those for other platforms aside). */
function isInstalled(root, node) {
  const recorded = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(recorded) || !existsSync(node)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(recorded, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, link, resolved }]) =>
      !path.startsWith('node_modules/') ||
      optional ||
      (link ? present[path]?.resolved === resolved : present[path]?.version === version),
  );
}
