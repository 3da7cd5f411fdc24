import type { ExportEntry } from '../export/export-lines.ts';

export const certificateFormat = 'strongroom-erasure-certificate/v1';

export const erasureKinds = ['person', 'source', 'file', 'question', 'object', 'workspace'] as const;
export type ErasureKind = (typeof erasureKinds)[number];

/** An entry of the audit log and the way from it to the root of the certificate's checkpoint. */
export type ShownEntry = {
  readonly entry: ExportEntry;
  /** Hashes in base64, from the leaf up. */
  readonly proof: readonly string[];
};

/** What was asked for. Times are ISO 8601 in UTC, to the millisecond. */
export type Erasure = {
  /** The server's own name for it, a UUID; no entry holds it. */
  readonly id: string;
  readonly kind: ErasureKind;
  /** UUID of what was to be erased. */
  readonly subject: string;
  readonly requestedAt: string;
  /** `pending`: keys are destroyed, the epochs they were wrapped under may live. `final`: these are destroyed too. */
  readonly status: 'pending' | 'final';
  /** null while it is pending. */
  readonly finalAt: string | null;
};

/** An object whose key was destroyed. */
export type ErasedObject = {
  /** UUID. */
  readonly id: string;
  /** What it was, for people: `question`, `audit entries`. */
  readonly what: string;
  /** To its key, in hexadecimal. */
  readonly commitment: string;
  readonly birth: ShownEntry;
  readonly destruction: ShownEntry;
};

/** A place outside the vault where something of it lay, and since when that is gone; null: not known to be. */
export type ErasedCopy = { readonly place: string; readonly goneAt: string | null };

/** docs/formats/erasure-certificate.md. Members in the order in which they are printed and signed. */
export type Certificate = {
  readonly format: typeof certificateFormat;
  readonly origin: string;
  /** The log's public key as `name+id+base64`. Believed only when it is the one that whoever verifies knows. */
  readonly key: string;
  readonly erasure: Erasure;
  /** Signed note. All proofs lead to its root; it may carry lines of witnesses. */
  readonly checkpoint: string;
  readonly objects: readonly ErasedObject[];
  /** `lifecycle.erased`, begun. */
  readonly request: ShownEntry;
  /** `vault.epochs_destroyed`, done; null while it is pending. */
  readonly epochs: ShownEntry | null;
  /** `lifecycle.erased`, done; null while it is pending. */
  readonly end: ShownEntry | null;
  readonly copies: readonly ErasedCopy[];
  /** The one of `certificateNotes` that fits the status. */
  readonly note: string;
  /** Signature line of the log's key, C2SP signed-note. */
  readonly signature: string;
};

export type UnsignedCertificate = Omit<Certificate, 'signature'>;

/** What its maker knows; the rest follows from it. */
export type CertificateParts = Omit<UnsignedCertificate, 'format' | 'key' | 'note'>;

const limits =
  "It can't show that nobody copied a key, or a secret of the key holder, before: with such a copy an old copy of the database opens.";

/** What a certificate says about itself, so that nobody takes it for more. Part of the format: no other text is accepted. */
export const certificateNotes: Readonly<Record<Erasure['status'], string>> = {
  pending: `PENDING, not final: the log shows that these keys were deleted from the database. The secrets with which old copies of the database open may not be destroyed yet. ${limits}`,
  final: `Final: the log shows that these keys were deleted from the database, and then, in the key holder, the secrets of all epochs under which they had been wrapped. ${limits}`,
};

/** Of the text, in bytes and characters. */
export const certificateSizeMax = 64 * 1024 * 1024;
export const certificateObjectsMax = 200_000;
