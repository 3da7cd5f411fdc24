import { ProblemError } from '@strongroom/protocol';
import type { KeyObject } from 'node:crypto';
import { checkContext } from './context.ts';
import { deriveKey } from './derive-key.ts';
import { epochDestroyed, keyUnavailable } from './errors.ts';
import { newestOf, oldestOf, type KeyFile, type Versions } from './key-file-format.ts';
import { changeKeyFile, readKeyFile } from './key-file.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { newKey, unwrapKey, wrapKey } from './wrap-key.ts';

const versionSizeBytes = 4;

/**
 * Holds its keys in `root.key` in `folder`, read anew each time: taking the file away (or exposing it) stops everything,
 * putting it back heals. Wrapped keys: root version (32 bits, big endian) ‖ AES key wrap, docs/formats/sealed-object.md.
 */
export function localKeyWrapper(folder: string): KeyWrapper {
  const read = async (): Promise<KeyFile> => {
    const file = await orUnavailable(readKeyFile(folder));
    if (file === null) throw keyUnavailable('the key file is not there');
    return file;
  };
  const change = (next: (file: KeyFile) => KeyFile | null): Promise<void> => orUnavailable(changeKeyFile(folder, next));

  const begin = async (context: string, when: 'always' | 'if none'): Promise<number> => {
    let newest = 0;
    await change((file) => {
      const secrets = file.epochs.get(context) ?? new Map<number, KeyObject>();
      newest = newestOf(secrets);
      if (newest > 0 && when === 'if none') return null;
      newest += 1;
      return withEpochs(file, context, new Map([...secrets, [newest, newKey()]]));
    });
    return newest;
  };

  return {
    name: 'local-file',
    wrap: async (context, key) => {
      checkContext(context);
      const { roots } = await read();
      const version = Buffer.alloc(versionSizeBytes);
      version.writeUInt32BE(newestOf(roots));
      return Buffer.concat([version, wrapKey(wrappingKey(roots, newestOf(roots), context), key)]);
    },
    unwrap: async (context, wrapped) => {
      checkContext(context);
      const { roots } = await read();
      const bytes = Buffer.from(wrapped);
      try {
        return unwrapKey(wrappingKey(roots, bytes.readUInt32BE(0), context), bytes.subarray(versionSizeBytes));
      } catch {
        throw keyUnavailable('the key was wrapped under another root key, for another workspace, or altered');
      }
    },
    epochSecret: async (context, epoch) => {
      checkContext(context);
      const secrets = (await read()).epochs.get(context);
      const secret = secrets?.get(epoch);
      if (secret !== undefined) return secret;
      if (secrets !== undefined && epoch >= 1 && epoch < oldestOf(secrets)) throw epochDestroyed();
      // Never "destroyed": an older key file was put back, and the right one heals.
      throw keyUnavailable('the key file does not know this epoch');
    },
    newestEpoch: async (context) => {
      checkContext(context);
      const secrets = (await read()).epochs.get(context);
      return secrets === undefined ? begin(context, 'if none') : newestOf(secrets);
    },
    beginEpoch: async (context) => {
      checkContext(context);
      return begin(context, 'always');
    },
    destroyEpochsBefore: async (context, epoch) => {
      checkContext(context);
      await change((file) => {
        const secrets = file.epochs.get(context) ?? new Map<number, KeyObject>();
        const left = dropBefore(secrets, epoch);
        return left === null ? null : withEpochs(file, context, left);
      });
    },
    beginRoot: async () => {
      let version = 0;
      await change((file) => {
        version = newestOf(file.roots) + 1;
        return { ...file, roots: new Map([...file.roots, [version, newKey()]]) };
      });
      return version;
    },
    retireRootsBefore: (version) =>
      change((file) => {
        const left = dropBefore(file.roots, version);
        return left === null ? null : { ...file, roots: left };
      }),
  };
}

function wrappingKey(roots: Versions, version: number, context: string): KeyObject {
  const root = roots.get(version);
  if (root === undefined) throw keyUnavailable('the key file does not hold this root key');
  return deriveKey(root, `wrap/${context}`);
}

function withEpochs(file: KeyFile, context: string, secrets: Versions): KeyFile {
  return { ...file, epochs: new Map([...file.epochs, [context, secrets]]) };
}

/** null when there is nothing to drop. INVARIANT: the newest stays, so that numbers are never given twice. */
function dropBefore(versions: Versions, first: number): Versions | null {
  if (!Number.isSafeInteger(first) || first < 1 || first > newestOf(versions))
    throw new TypeError('there is no such version');
  const left = [...versions].filter(([version]) => version >= first);
  return left.length === versions.size ? null : new Map(left);
}

/** Whatever is wrong with the file or its disk means here that the key can't be had now; what is wrong goes to the operator. */
async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof TypeError) throw error;
    if (error instanceof ProblemError && error.code === 'vault/key_unavailable') throw error;
    throw keyUnavailable(error instanceof Error ? error.message : 'the key file can not be used');
  });
}
