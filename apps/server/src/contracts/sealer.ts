/**
 * Seals bytes under a data key of the object's own. `objectId` is a UUID; the workspace and the object are bound as
 * associated data, so that a sealed value can't be moved to another row.
 */
export type Sealer = {
  seal(workspaceId: string, objectId: string, plaintext: Uint8Array): Promise<Uint8Array>;
  /** Throws `vault/key_destroyed` (410) when the object's key is gone, `vault/unreadable` (500) when the bytes were altered. */
  open(workspaceId: string, objectId: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** Destroys the object's data key: what was sealed under it can't be opened any more. */
  destroy(workspaceId: string, objectIds: readonly string[]): Promise<void>;
};
