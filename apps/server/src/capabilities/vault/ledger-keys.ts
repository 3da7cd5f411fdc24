import { createHmac, createPrivateKey, type KeyObject } from 'node:crypto';
import { commitToKey, deriveKey, newKey, openBytes, sealBytes, unwrapKey, wrapKey } from '@strongroom/keyring';
import type { LedgerKeys } from '#ledger';
import { unreadable } from './errors.ts';
import { namedObject } from './named-object.ts';
import type { ObjectKeys } from './object-keys.ts';
import type { VersionKeys, WorkspaceKeys } from './workspace-keys.ts';

const termSizeBytes = 16;
const macSizeBytes = 16;
/** DER of an Ed25519 private key up to the seed itself, RFC 8410 section 7. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Entry keys live in the entries' own rows: sealing one takes no database. */
export function ledgerKeys(workspaces: WorkspaceKeys, objects: ObjectKeys): LedgerKeys {
  const logKey = keptWith((workspaceId: string) => objects.forSealing(workspaceId, namedObject('audit log')));
  return {
    forWorkspace: async (workspaceId) => {
      const [newest] = await workspaces.allVersions(workspaceId);
      const { index, rows, signing } = purposesOf(await logKey(newest, workspaceId));
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
        term: (text) => blindIndex(index, text),
        mac: (position, leafHash) => {
          const place = Buffer.alloc(8);
          place.writeBigUInt64BE(BigInt(position));
          return createHmac('sha256', rows).update(place).update(leafHash).digest().subarray(0, macSizeBytes);
        },
        signingKey: signing,
      };
    },
  };
}

type Purposes = { readonly index: KeyObject; readonly rows: KeyObject; readonly signing: KeyObject };
const derived = new WeakMap<KeyObject, Purposes>();

/** What the log's own key is used for, docs/formats/sealed-object.md; derived once as long as the key is kept. */
function purposesOf(key: KeyObject): Purposes {
  const known = derived.get(key);
  if (known !== undefined) return known;
  const seed = deriveKey(key, 'ledger signing').export();
  const purposes = {
    index: deriveKey(key, 'ledger index'),
    rows: deriveKey(key, 'ledger rows'),
    signing: createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' }),
  };
  derived.set(key, purposes);
  return purposes;
}

/** Kept as long as the workspace key it was unwrapped with, so never longer than that. A failure is not kept. */
function keptWith(
  load: (workspaceId: string) => Promise<KeyObject>,
): (workspaceKey: VersionKeys, workspaceId: string) => Promise<KeyObject> {
  const kept = new WeakMap<VersionKeys, Promise<KeyObject>>();
  return (workspaceKey, workspaceId) => {
    const known = kept.get(workspaceKey);
    if (known !== undefined) return known;
    const loading = load(workspaceId);
    kept.set(workspaceKey, loading);
    loading.catch(() => kept.delete(workspaceKey));
    return loading;
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
