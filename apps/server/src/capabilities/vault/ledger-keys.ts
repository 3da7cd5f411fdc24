import { createHmac, type KeyObject } from 'node:crypto';
import { commitToKey, newKey, openBytes, sealBytes, unwrapKey, wrapKey } from '@strongroom/keyring';
import type { LedgerKeys } from '#ledger';
import { unreadable } from './errors.ts';
import type { WorkspaceKeys } from './workspace-keys.ts';

const termSizeBytes = 16;

/** Entry keys live in the entries' own rows: sealing one takes no database. */
export function ledgerKeys(workspaces: WorkspaceKeys): LedgerKeys {
  return {
    forWorkspace: async (workspaceId) => {
      const versions = await workspaces.allVersions(workspaceId);
      const [newest] = versions;
      const binding = (objectId: string) => ({ workspaceId, objectId, version: 1 });
      return {
        seal: (entryId, plaintext) => {
          const key = newKey();
          return {
            sealed: sealBytes(key, binding(entryId), plaintext),
            wrappedKey: wrapKey(newest.entries, key),
            keyVersion: newest.version,
            commitment: commitToKey(key),
          };
        },
        open: async (entryId, entry) => {
          const { entries } = await workspaces.version(workspaceId, entry.keyVersion);
          const key = unwrapKey(entries, entry.wrappedKey);
          if (!commitToKey(key).equals(entry.commitment)) throw unreadable();
          return openBytes(key, binding(entryId), entry.sealed);
        },
        term: (text) => blindIndex(newest.index, text),
        termsByVersion: async (texts) => versions.map(({ index }) => texts.map((text) => blindIndex(index, text))),
      };
    },
  };
}

/** Most entries of a few seconds share their actor, address, resource, …; forgotten together with the key. */
const remembered = new WeakMap<KeyObject, Map<string, Uint8Array>>();
const rememberedMax = 2_000;

function blindIndex(key: KeyObject, text: string): Uint8Array {
  const terms = remembered.get(key) ?? new Map<string, Uint8Array>();
  remembered.set(key, terms);
  const known = terms.get(text);
  if (known !== undefined) return known;
  if (terms.size >= rememberedMax) terms.clear();
  const term = createHmac('sha256', key).update(text).digest().subarray(0, termSizeBytes);
  terms.set(text, term);
  return term;
}
