import type { AuditContext } from './audit.ts';

/** Bytes as `seal` gave them for that object. */
export type SealedObject = { readonly objectId: string; readonly sealed: Uint8Array };

/** null when the object's key is gone. Throws `vault/unreadable` (500). */
export type Opener = (object: SealedObject) => Uint8Array | null;

/**
 * Seals bytes under a data key of the object's own. `objectId` is a UUID; the workspace and the object are bound as
 * associated data, so that a sealed value can't be moved to another row.
 */
export type Sealer = {
  seal(workspaceId: string, objectId: string, plaintext: Uint8Array): Promise<Uint8Array>;
  /** Throws `vault/key_destroyed` (410) when the object's key is gone, `vault/unreadable` (500) when the bytes were altered. */
  open(workspaceId: string, objectId: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** Many in one read of the keys, in the order given; null for each whose key is gone. Throws `vault/unreadable` (500). */
  openMany(workspaceId: string, objects: readonly SealedObject[]): Promise<(Uint8Array | null)[]>;
  /** Reads the keys first, for who gets the sealed bytes meanwhile: what it gives opens those as `openMany` does. For one request. */
  opener(workspaceId: string, objectIds: readonly string[]): Promise<Opener>;
  /**
   * Keyed hash of a text, 16 bytes, by which equal texts are found without keeping them: the same for the same workspace and
   * purpose, and nothing to whoever has no key. Not reversible, but a guess can be tested by whoever holds the keys.
   */
  blindIndex(workspaceId: string, purpose: string, text: string): Promise<Buffer>;
  /** Destroys the objects' data keys: what was sealed under them can't be opened any more. `by`: whom the audit log names; the system without. */
  destroy(workspaceId: string, objectIds: readonly string[], by?: AuditContext): Promise<void>;
};
