import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';

type Manifest = { dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

async function declared(): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for await (const file of glob(
    [
      'package.json',
      'apps/*/package.json',
      'packages/*/package.json',
      'packages/testkit/older-postgres/package.json',
      'bench/package.json',
    ],
    { cwd: rootFolder },
  )) {
    const { dependencies, devDependencies }: Manifest = JSON.parse(await readFile(join(rootFolder, file), 'utf8'));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      if (!name.startsWith('@strongroom/')) all.set(name, version);
  }
  return all;
}

test('every dependency has its line of justification, and no line speaks of one that is gone', async () => {
  const page = await readFile(join(rootFolder, 'docs/dependencies.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
  expect(listed.toSorted()).toEqual([...(await declared()).keys()].toSorted());
});

test('every version is exact', async () => {
  const loose = [...(await declared())].filter(
    ([, version]) => !/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
  );
  expect(loose).toEqual([]);
});

test('the lock file knows every optional package, else `npm ci` refuses it on a fresh machine', async () => {
  type Locked = { version?: string; optionalDependencies?: Record<string, string> };
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(
    await readFile(join(rootFolder, 'package-lock.json'), 'utf8'),
  );
  const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(
    optional.filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`))),
  ).toEqual([]);
});

test('the lock file says of every workspace what its manifest says', async () => {
  const { packages }: { packages: Record<string, Manifest> } = JSON.parse(
    await readFile(join(rootFolder, 'package-lock.json'), 'utf8'),
  );
  for (const folder of Object.keys(packages).filter((path) => /^(apps|packages)\/[^/]+$/.test(path))) {
    const manifest: Manifest = JSON.parse(await readFile(join(rootFolder, folder, 'package.json'), 'utf8'));
    for (const kind of ['dependencies', 'devDependencies'] as const)
      expect({ folder, [kind]: packages[folder]?.[kind] ?? {} }).toEqual({ folder, [kind]: manifest[kind] ?? {} });
  }
});
