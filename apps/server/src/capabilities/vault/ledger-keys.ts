import { createPrivateKey, type KeyObject } from 'node:crypto';
import { commitToKey, deriveKey, jointKey, keyedHash, openBytes, sealWithNewKey, unwrapKey } from '@strongroom/keyring';
import type { EntryKeys, LedgerKeys } from '#ledger';
import { unreadable } from './errors.ts';
import { namedObject } from './named-object.ts';
import type { ObjectKeys } from './object-keys.ts';
import type { WorkspaceKeys, WrappingKeys } from './wrapping-keys.ts';

const termSizeBytes = 16;
const macSizeBytes = 16;
/** DER of an Ed25519 private key up to the seed itself, RFC 8410 section 7. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Entry keys live in the entries' own rows: sealing one takes no database once the keys of whom it names are known. */
export function ledgerKeys(workspaces: WrappingKeys, objects: ObjectKeys): LedgerKeys {
  const made = new WeakMap<WorkspaceKeys, Promise<EntryKeys>>();
  return {
    forWorkspace: async (workspaceId) => {
      const workspace = await workspaces.current(workspaceId);
      const known = made.get(workspace);
      if (known !== undefined) return known;
      const making = entryKeys(workspaceId, workspace, objects);
      made.set(workspace, making);
      making.catch(() => made.delete(workspace));
      return making;
    },
  };
}

async function entryKeys(workspaceId: string, workspace: WorkspaceKeys, objects: ObjectKeys): Promise<EntryKeys> {
  const logKey = await objects.forSealing(workspaceId, namedObject('audit log'), 'unrecorded');
  const { index, rows, nobody, signing } = purposesOf(logKey);
  const binding = (objectId: string) => ({ workspaceId, objectId, version: 1 });
  const term = rememberTerms(keyedHash(index));
  const rowHash = keyedHash(rows);
  const place = Buffer.alloc(8);

  const subjectKey = (id: string, load: () => Promise<KeyObject>): Promise<KeyObject> => {
    const known = workspace.opened.get(id);
    if (known !== undefined) return known;
    const loading = load();
    workspace.opened.set(id, loading);
    loading.catch(() => workspace.opened.delete(id));
    return loading;
  };
  const wrappings = new Map<string, Wrapping>();
  const wrappingFor = (subjects: readonly { id: string; key: KeyObject }[]): Wrapping => {
    const name = subjects.map(({ id }) => id).join();
    const known = wrappings.get(name);
    if (known !== undefined) return known;
    const keys = subjects.map((subject) => subject.key);
    const key = keys.length === 0 ? nobody : jointKey(keys, 'ledger entries');
    const wrapping = { key, seal: sealWithNewKey(key) };
    wrappings.set(name, wrapping);
    return wrapping;
  };

  return {
    subjectKey: (id) => subjectKey(id, () => objects.forSealing(workspaceId, id)),
    seal: (entryId, plaintext, subjects) => ({
      ...wrappingFor(subjects).seal(binding(entryId), plaintext),
      subjects: subjects.map(({ id }) => id),
    }),
    open: async (entryId, entry) => {
      const subjects = await Promise.all(
        entry.subjects.map(async (id) => ({
          id,
          key: await subjectKey(id, () => objects.forOpening(workspaceId, id)),
        })),
      );
      const key = unwrapKey(wrappingFor(subjects).key, entry.wrappedKey);
      if (!commitToKey(key).equals(entry.commitment)) throw unreadable();
      return openBytes(key, binding(entryId), entry.sealed);
    },
    term,
    mac: (position, leafHash) => {
      place.writeBigUInt64BE(BigInt(position));
      return rowHash(place, leafHash).subarray(0, macSizeBytes);
    },
    signingKey: signing,
  };
}

/** By what the keys of entries that name the same are wrapped. */
type Wrapping = { readonly key: KeyObject; readonly seal: ReturnType<typeof sealWithNewKey> };

/** What the log's own key is used for, docs/formats/sealed-object.md. */
function purposesOf(key: KeyObject) {
  const seed = deriveKey(key, 'ledger signing').export();
  return {
    index: deriveKey(key, 'ledger index'),
    rows: deriveKey(key, 'ledger rows'),
    nobody: deriveKey(key, 'ledger entries'),
    signing: createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' }),
  };
}

const rememberedMax = 2_000;

/** Blind index of a text. Most entries of a few seconds share their actor, address, resource, …: these are not made again. */
function rememberTerms(keyed: ReturnType<typeof keyedHash>): (text: string) => Uint8Array {
  const terms = new Map<string, Uint8Array>();
  return (text) => {
    const known = terms.get(text);
    if (known !== undefined) return known;
    if (terms.size >= rememberedMax) terms.clear();
    const term = keyed(Buffer.from(text)).subarray(0, termSizeBytes);
    terms.set(text, term);
    return term;
  };
}
