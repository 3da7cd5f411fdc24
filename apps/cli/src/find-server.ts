import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './environment.ts';
import { CommandFailure } from './failure.ts';

const DEFAULT_URL = 'http://127.0.0.1:7600';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export type Address = { readonly url: string; readonly token: string | null };

/**
 * `STRONGROOM_URL` and `STRONGROOM_TOKEN`, else what the server of this home wrote at its start.
 * INVARIANT: the home's token goes only to the home's server, and no token goes in clear beyond loopback.
 * Throws `cli/bad_url`, `cli/insecure_url`.
 */
export async function findServer(settings: Settings): Promise<Address> {
  const url = checked(settings.url ?? (await homeUrl(settings.home)) ?? DEFAULT_URL);
  if (settings.token !== null) return { url, token: settings.token };
  return { url, token: settings.url === null ? await homeToken(settings.home) : null };
}

function checked(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CommandFailure('cli/bad_url', `\`${text}\` is not an http or https address`);
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new CommandFailure(
      'cli/insecure_url',
      `\`${url.host}\` is not this machine, so its address must start with https`,
    );
  }
  return url.origin;
}

async function homeUrl(home: string): Promise<string | null> {
  const text = await readFile(join(home, 'server.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { url }: { url?: unknown } = JSON.parse(text);
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
}

async function homeToken(home: string): Promise<string | null> {
  return readFile(join(home, 'admin.token'), 'utf8').then(
    (token) => token.trim() || null,
    () => null,
  );
}
