import type { KeyObject } from 'node:crypto';
import { deriveKey } from './derive-key.ts';
import { keyUnavailable } from './errors.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { readRootKey } from './root-key.ts';
import { unwrapKey, wrapKey } from './wrap-key.ts';

/** Wraps under `root.key` in `folder`, read anew each time: taking the file away (or exposing it) stops unwrapping, putting it back heals. */
export function localKeyWrapper(folder: string): KeyWrapper {
  const wrappingKey = async (context: string): Promise<KeyObject> => {
    const root = await readRootKey(folder).catch((error: unknown) => {
      throw keyUnavailable(error instanceof Error ? error.message : 'the key file can not be read');
    });
    if (root === null) throw keyUnavailable('the key file is not there');
    return deriveKey(root, `wrap/${context}`);
  };
  return {
    name: 'local-file',
    wrap: async (context, key) => wrapKey(await wrappingKey(context), key),
    unwrap: async (context, wrapped) => {
      const wrapping = await wrappingKey(context);
      try {
        return unwrapKey(wrapping, wrapped);
      } catch {
        throw keyUnavailable('the key was wrapped under another root key, for another workspace, or altered');
      }
    },
  };
}
