import { open } from 'node:fs/promises';
import path from 'node:path';
import { type KeyWrapper, localKeyWrapper, transitKeyWrapper } from '@strongroom/keyring';
import { type Config, Secret } from '#config';
import type { Outbound } from '#platform/outbound';

const tokenBytesMax = 4_096;

/** Who holds the root keys and the epoch secrets: the transit engine where one is configured, else the key file. */
export function createKeyWrapper(config: Pick<Config, 'home' | 'transit'>, outbound: Outbound): KeyWrapper {
  const { home, transit } = config;
  if (transit === null) return localKeyWrapper(keyFolder(home));
  return transitKeyWrapper({
    key: transit.key,
    request: async (method, relative, body) => {
      const token = await readToken(transit.tokenFile);
      const headers = {
        'x-vault-token': token.reveal(),
        'x-vault-request': 'true',
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      };
      return outbound.send({ method, url: new URL(`${transit.url}/${relative}`), headers, body });
    },
  });
}

/** Where the key file lies, which also holds the secret of our own clusters. */
export function keyFolder(home: string): string {
  return path.join(home, 'keys');
}

/** Read at each request: tokens are renewed, and a revoked one is replaced, while the server runs. */
async function readToken(file: string): Promise<Secret> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(tokenBytesMax + 1);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const token = bytes.toString('latin1', 0, bytesRead).trim();
    if (bytesRead > tokenBytesMax || !/^[\x21-\x7e]+$/.test(token)) throw new Error('the token file holds no token');
    return new Secret(token);
  } finally {
    await handle.close();
  }
}
