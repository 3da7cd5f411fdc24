import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './with-lock.mjs';

const SOURCES = [
  'package-lock.json',
  'apps/web/index.html',
  'apps/web/package.json',
  'apps/web/vite.config.ts',
  'apps/web/postcss.config.cjs',
  'apps/web/public',
  'apps/web/scripts',
  'apps/web/src',
  'packages/protocol/src',
];

/** Builds apps/web/dist unless it was built from just these sources. Throws one line when it can't. */
export async function ensureWebBuilt(root, node) {
  const web = join(root, 'apps', 'web');
  const dist = join(web, 'dist');
  const stamp = join(dist, '.built-from');
  const sources = fingerprint(root);
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sources;
  if (isBuilt()) return;
  await withLock(join(root, '.build.lock'), async () => {
    if (isBuilt()) return;
    process.stderr.write('Building the web app …\n');
    // Built aside and renamed: a server that is running keeps whole files, and a build that is killed leaves none.
    const fresh = join(web, 'dist.new');
    rmSync(fresh, { recursive: true, force: true });
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const build = spawnSync(node, [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], {
      cwd: web,
      stdio: ['ignore', 2, 2],
    });
    if (build.status !== 0) throw new Error('the web app could not be built; the reason stands above');
    writeFileSync(join(fresh, '.built-from'), sources);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  });
}

function fingerprint(root) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else if (!/\.test\.tsx?$/.test(path)) {
      hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  for (const source of SOURCES) add(join(root, source));
  return hash.digest('hex');
}
