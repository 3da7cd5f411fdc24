import { createHmac } from 'node:crypto';
import { deriveKey } from '@strongroom/keyring';
import type { Sealer } from '#contracts';
import { namedObject } from './named-object.ts';
import type { ObjectKeys } from './object-keys.ts';

const sizeBytes = 16;

/** HMAC-SHA256 under a key for each purpose, all derived from one object's (docs/formats/sealed-object.md). */
export function blindIndexes(keys: ObjectKeys): Sealer['blindIndex'] {
  return async (workspaceId, purpose, text) => {
    const key = deriveKey(await keys.forSealing(workspaceId, namedObject('blind indexes')), `blind index ${purpose}`);
    return createHmac('sha256', key).update(text).digest().subarray(0, sizeBytes);
  };
}
