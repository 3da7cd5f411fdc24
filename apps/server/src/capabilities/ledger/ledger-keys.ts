import type { KeyObject } from 'node:crypto';

/** An entry as it lies in the database: sealed under a data key of its own, which is wrapped by version `keyVersion` of the workspace's key. */
export type SealedEntry = {
  readonly sealed: Uint8Array;
  readonly wrappedKey: Uint8Array;
  readonly keyVersion: number;
  /** Commitment to the data key, docs/formats/sealed-object.md. */
  readonly commitment: Uint8Array;
};

/** What the ledger needs of keys; the vault has it. */
export type LedgerKeys = {
  /** Throws `vault/key_unavailable` (503) when the workspace's key can't be had. */
  forWorkspace(workspaceId: string): Promise<EntryKeys>;
};

/** Keys of one workspace, good for a few seconds: ask `LedgerKeys` again rather than keep them. */
export type EntryKeys = {
  seal(entryId: string, plaintext: Uint8Array): SealedEntry;
  /** Throws `vault/key_destroyed` (410) or `vault/unreadable` (500). */
  open(entryId: string, entry: SealedEntry): Promise<Uint8Array>;
  /** Blind index of `field:value`, 16 bytes. */
  term(text: string): Uint8Array;
  /** Shows that we put a row into the table, and at this position, 16 bytes. */
  mac(position: number, leafHash: Uint8Array): Buffer;
  /** Ed25519, signs the checkpoints of the workspace's log. */
  readonly signingKey: KeyObject;
};
