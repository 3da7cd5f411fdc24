import { createSecretKey, hash } from 'node:crypto';
import { checkContext } from './context.ts';
import { epochDestroyed, keyUnavailable } from './errors.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { isCiphertext, transitEngine, type TransitKey, type TransitRequest } from './transit-engine.ts';

export type { TransitRequest };

const keySizeBytes = 32;
const namePattern = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
const epochInput = Buffer.from('strongroom/epoch-secret/v1');

/**
 * Holds its keys in a transit engine (HashiCorp Vault, OpenBao): `<key>-root` wraps; one version of `<key>-<workspace id>` is one
 * epoch, whose secret is its HMAC of a fixed text, and destroying is trimming. Neither key ever leaves the engine.
 * Wrapped keys: the engine's own text, which names the version of the root.
 */
export function transitKeyWrapper({ request, key }: { request: TransitRequest; key: string }): KeyWrapper {
  if (!namePattern.test(key))
    throw new TypeError('the name of the transit key has other characters than a-z, 0-9, - and _');
  const engine = transitEngine(request);
  const root = `${key}-root`;
  const epochKey = (context: string): string => {
    checkContext(context);
    return `${key}-${context}`;
  };
  const read = async (name: string): Promise<TransitKey> => {
    const found = await engine.readKey(name);
    if (found === null) throw keyUnavailable('the transit engine has no such key');
    return found;
  };
  /** Newest version of a key that is made when it is missing. */
  const newest = async (name: string): Promise<number> => {
    const found = await engine.readKey(name);
    if (found !== null) return found.latest;
    await engine.createKey(name);
    return (await read(name)).latest;
  };
  const begin = async (name: string): Promise<number> => {
    if ((await engine.readKey(name)) === null) return newest(name);
    await engine.rotateKey(name);
    return (await read(name)).latest;
  };
  const destroyBefore = async (name: string, version: number): Promise<void> => {
    const before = await engine.readKey(name);
    if (!Number.isSafeInteger(version) || version < 1 || version > (before?.latest ?? 0))
      throw new TypeError('there is no such version');
    if ((before?.available ?? 0) >= version || version === 1) return;
    await engine.trimKey(name, version);
    // INVARIANT: destroyed is what the engine shows as destroyed, not what it was told to destroy.
    if ((await read(name)).available < version) throw keyUnavailable('the transit engine did not trim');
  };

  return {
    name: 'transit',
    wrap: async (context, wrapped) => {
      const associated = associatedData(context);
      const bytes = wrapped.export();
      if (bytes.length !== keySizeBytes) throw new TypeError('only 256-bit keys are wrapped');
      await newest(root);
      const plaintext = Buffer.concat([bytes, contextHash(associated)]);
      return Buffer.from(await engine.encrypt(root, plaintext, associated).finally(() => wipe(bytes, plaintext)));
    },
    unwrap: async (context, wrapped) => {
      const associated = associatedData(context);
      const text = Buffer.from(wrapped).toString('latin1');
      const opened = isCiphertext(text) ? await engine.decrypt(root, text, associated) : null;
      // Engines before 1.11 pass over associated data in silence; the hash inside the plaintext binds there too.
      if (opened?.length !== 2 * keySizeBytes || !opened.subarray(keySizeBytes).equals(contextHash(associated)))
        throw keyUnavailable('the key was wrapped under another root key, for another workspace, or altered');
      const key = createSecretKey(opened.subarray(0, keySizeBytes));
      wipe(opened);
      return key;
    },
    epochSecret: async (context, epoch) => {
      const name = epochKey(context);
      if (!Number.isSafeInteger(epoch) || epoch < 1) throw keyUnavailable('there is no such epoch');
      const secret = await engine.hmac(name, epoch, epochInput);
      if (secret !== null) return createSecretKey(secret);
      if ((await read(name)).available > epoch) throw epochDestroyed();
      throw keyUnavailable('the transit engine does not know this epoch');
    },
    newestEpoch: async (context) => newest(epochKey(context)),
    beginEpoch: async (context) => begin(epochKey(context)),
    destroyEpochsBefore: async (context, epoch) => destroyBefore(epochKey(context), epoch),
    beginRoot: () => begin(root),
    retireRootsBefore: (version) => destroyBefore(root, version),
  };
}

function associatedData(context: string): Buffer {
  checkContext(context);
  return Buffer.from(`strongroom/wrap/v1/${context}`);
}

function contextHash(associated: Buffer): Buffer {
  return hash('sha256', associated, 'buffer');
}

function wipe(...all: Buffer[]): void {
  for (const bytes of all) bytes.fill(0);
}
