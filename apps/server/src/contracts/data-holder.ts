import type { Asker } from './asker.ts';

/** What can be erased as a whole. */
export type ErasedKind = 'person' | 'source' | 'question' | 'workspace';

/** Something that is to be erased, as whoever holds it knows it. */
export type ErasureSubject = {
  readonly kind: ErasedKind;
  /** UUID. */
  readonly id: string;
  /** By which a person is named elsewhere: their e-mail addresses. Not kept. */
  readonly names: readonly string[];
  /** Id of the person whom a question belongs to; of who asked for the erasure, for anything else. */
  readonly ownerId: string;
};

/** An object of the vault, and what it is in a word for people: `question`, `audit entries`. */
export type HeldObject = { readonly id: string; readonly what: string };

/** Rows about a person, with a name for the file. */
export type ExportedTable = {
  readonly name: string;
  /** Anew at each call. */
  readonly rows: () => AsyncIterable<Readonly<Record<string, unknown>>>;
};

/**
 * A capability as the one who keeps things: what it has about a subject, and how that goes away. The root hands all of them to
 * `lifecycle`, which knows no capability.
 */
export type DataHolder = {
  /** What of its kinds the asker may erase, by the name or id that people use. Throws 403 or 404 of its own. */
  readonly find?: Partial<
    Record<Exclude<ErasedKind, 'workspace'>, (asker: Asker, name: string) => Promise<ErasureSubject>>
  >;
  /** Before anything is destroyed: ends what the subject may do. Throws 409 of its own when it may not be erased; then nothing was done. */
  begin?(workspaceId: string, subject: ErasureSubject): Promise<void>;
  /** Objects whose keys are to be destroyed. Also those that come while an erasure is under way, when asked again. */
  objectsOf?(workspaceId: string, subject: ErasureSubject): Promise<readonly HeldObject[]>;
  /** Before their keys are destroyed: nothing new is sealed under any of them. May be repeated. */
  detach?(workspaceId: string, objects: readonly HeldObject[]): Promise<void>;
  /**
   * Ends what the subject may do and removes rows, files and memory of it. The keys of `objects` are destroyed by then. May be repeated,
   * also by a server that was started after a crash, which knows no names any more.
   */
  forget?(workspaceId: string, subject: ErasureSubject, objects: readonly HeldObject[]): Promise<void>;
  /** Of a whole workspace: ends what people do there and removes files and memory. Its rows are dropped all together afterwards. May be repeated. */
  forgetWorkspace?(workspaceId: string): Promise<void>;
  /** What is kept about the person who asks, for them alone. */
  exportPerson?(asker: Asker): readonly ExportedTable[];
};
