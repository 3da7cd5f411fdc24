import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LogError } from '../errors.ts';
import { flushFolder, makeFolder } from './durable-folder.ts';

/**
 * The witness's Ed25519 private key, PKCS 8 in PEM, mode 0600; made when there is none.
 * Throws `merkle-log/bad_state` when others may read it, or it is no such key.
 */
export async function loadWitnessKey(file: string): Promise<KeyObject> {
  const found = await read(file);
  if (found !== null) return found;
  await makeFolder(dirname(file));
  const { privateKey } = generateKeyPairSync('ed25519');
  // Never over a key that is there: of two that start at once one is refused.
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await flushFolder(dirname(file));
  return privateKey;
}

async function read(file: string): Promise<KeyObject | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new LogError('merkle-log/bad_state', 'the key file of the witness can not be read');
  });
  if (handle === null) return null;
  try {
    if (((await handle.stat()).mode & 0o077) !== 0)
      throw new LogError('merkle-log/bad_state', 'the key file of the witness can be read by others: `chmod 600` it');
    return parse(await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

function parse(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below: the reason could repeat bytes of the file.
  }
  throw new LogError('merkle-log/bad_state', 'the key file of the witness holds no Ed25519 key');
}
