import type { KeyObject } from 'node:crypto';

/** Somebody whom an entry names: without their key it does not open. `id`: of an object of the vault. */
export type Subject = { readonly id: string; readonly key: KeyObject };

/** An entry as it lies in the database: sealed under a data key of its own, which is wrapped by the keys of all it names. */
export type SealedEntry = {
  readonly sealed: Uint8Array;
  readonly wrappedKey: Uint8Array;
  /** Ids of `Subject`s. */
  readonly subjects: readonly string[];
  /** Commitment to the data key, docs/formats/sealed-object.md. */
  readonly commitment: Uint8Array;
};

/** What the ledger needs of keys; the vault has it. */
export type LedgerKeys = {
  /** Throws `vault/key_unavailable` (503) when the workspace's key can't be had. The same object as long as its keys are good. */
  forWorkspace(workspaceId: string): Promise<EntryKeys>;
};

/** Keys of one workspace, good for a few seconds: ask `LedgerKeys` again rather than keep them. */
export type EntryKeys = {
  /** Made when there is none. */
  subjectKey(id: string): Promise<KeyObject>;
  seal(entryId: string, plaintext: Uint8Array, subjects: readonly Subject[]): SealedEntry;
  /** Throws `vault/key_destroyed` (410) when somebody it names was erased, `vault/unreadable` (500). */
  open(entryId: string, entry: SealedEntry): Promise<Uint8Array>;
  /** Blind index of `field:value`, 16 bytes. */
  term(text: string): Uint8Array;
  /** Shows that we put a row into the table, and at this position, 16 bytes. */
  mac(position: number, leafHash: Uint8Array): Buffer;
  /** Ed25519, signs the checkpoints of the workspace's log. */
  readonly signingKey: KeyObject;
};
