import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { cacheFolder } from './cache-folder.ts';

export type Chromium = { readonly executable: string; readonly environment: Readonly<Record<string, string>> };

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The system's Chromium, else the one inside the npm package `@sparticuz/chromium`, unpacked once into `.cache` with the
 * libraries and the font it brings. Throws `Error` where there is neither.
 */
export async function findChromium(): Promise<Chromium> {
  const system = SYSTEM_PATHS.find((path) => existsSync(path));
  if (system !== undefined) return { executable: system, environment: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('no Chromium here: install the package `chromium`');
  const folder = await unpacked();
  const libraries = [join(folder, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  return {
    executable: join(folder, 'chromium'),
    environment: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

async function unpacked(): Promise<string> {
  const packageFolder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..');
  const { version }: { version: string } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const name = `chromium-${version}`;
  const folder = join(await cacheFolder(name), name);
  if (existsSync(folder)) return folder;

  // Built aside and renamed, so that two test files that start at once, or a killed start, leave nothing half made.
  const fresh = await mkdtemp(`${folder}-`);
  const archive = (name: string): string => join(packageFolder, 'bin', name);
  await decompress(archive('chromium.br'), join(fresh, 'chromium'));
  for (const name of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']) await untar(archive(name), fresh);
  await writeFile(join(fresh, 'fonts.conf'), fontConfiguration(folder));
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return folder;
}

async function decompress(archive: string, file: string): Promise<void> {
  await pipeline(createReadStream(archive), createBrotliDecompress(), createWriteStream(file, { mode: 0o755 }));
}

/** Through a file: `tar` ends at the archive's end mark, and a pipe it left unread would fail the writer. */
async function untar(archive: string, folder: string): Promise<void> {
  const file = join(folder, 'archive.tar');
  await decompress(archive, file);
  await promisify(execFile)('tar', ['-x', '--no-same-owner', '-f', file, '-C', folder]);
  await rm(file);
}

function fontConfiguration(folder: string): string {
  const folders = [join(folder, 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('');
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders}<cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`;
}
