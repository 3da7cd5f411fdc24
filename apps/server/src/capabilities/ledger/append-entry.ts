import { encodeLeaf, hashLeaf, signPromise } from '@strongroom/merkle-log';
import { ProblemError } from '@strongroom/protocol';
import { type AuditContext, type AuditEvent, type AuditReceipt, type AuditWriter, randomUUIDv7 } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database, Tables, Transaction } from '#platform/database';
import { type EntryContent, entryContent } from './entry-content.ts';
import { unavailable } from './errors.ts';
import { groupCommit } from './group-commit.ts';
import type { EntryKeys, LedgerKeys, Subject } from './ledger-keys.ts';
import { packContent, sha256 } from './sealed-content.ts';
import { originOf } from './sequence-entries.ts';
import { insertEntries, type NewEntry } from './store.ts';
import { namesIn, subjectIdTerm, type Subjects } from './subjects.ts';
import { termsOf } from './terms.ts';

/** Entries that are sealed, and not yet written. */
export type PreparedEntries = {
  /** In the order of the events. */
  readonly receipts: readonly AuditReceipt[];
  /** Into a transaction of the workspace; `only`: those of these indexes. Nothing else of that transaction may come after. */
  write(within: Transaction<Tables>, only?: readonly number[]): Promise<void>;
  /** To be called once that transaction is committed, so that a checkpoint covers them soon. */
  committed(): void;
};

export type EntryWriter = AuditWriter & {
  /** For entries that are to be committed together with what they record. Throws like `append`. */
  prepare(context: AuditContext, events: readonly AuditEvent[]): Promise<PreparedEntries>;
};

/**
 * INVARIANT: `append` resolves after PostgreSQL has committed and flushed the entry. Throws `ledger/unavailable` (503) when it
 * could not, `vault/key_unavailable` (503) when the keys are away, `ledger/integrity_lost` (503) when the log was changed
 * from outside; the act must not happen then. `appended`: called with the workspace of what was committed.
 */
export function entryWriter(
  { database, keys, clock, subjects }: { database: Database; keys: LedgerKeys; clock: Clock; subjects: Subjects },
  { requireSound, appended }: { requireSound: (workspaceId: string) => void; appended: (workspaceId: string) => void },
): EntryWriter {
  const commits = groupCommit<NewEntry>(async (workspaceId, entries) => {
    try {
      await database.withWorkspace(workspaceId, (transaction) => insertEntries(transaction, workspaceId, entries));
    } catch (error) {
      throw unavailable(error);
    }
  });
  const seal = async ({ workspaceId, ...context }: AuditContext, event: AuditEvent): Promise<SealedNow> => {
    requireSound(workspaceId);
    const content = entryContent({ workspaceId, ...context }, event, clock.now());
    try {
      const entryKeys = await keys.forWorkspace(workspaceId);
      return sealEntry(
        workspaceId,
        entryKeys,
        content,
        await subjects.forEntry(workspaceId, entryKeys, namesIn(content)),
      );
    } catch (error) {
      throw error instanceof ProblemError ? error : unavailable(error);
    }
  };
  return {
    append: async (context, event) => {
      const entry = await seal(context, event);
      await commits.add(context.workspaceId, entry);
      appended(context.workspaceId);
      return receiptOf(entry);
    },
    prepare: async (context, events) => {
      const entries = await Promise.all(events.map((event) => seal(context, event)));
      return {
        receipts: entries.map(receiptOf),
        write: (within, only) =>
          insertEntries(
            within,
            context.workspaceId,
            only === undefined ? entries : entries.filter((_, at) => only.includes(at)),
          ),
        committed: () => appended(context.workspaceId),
      };
    },
  };
}

/** `promise` holds once the entry has got its place, at its commit. */
type SealedNow = NewEntry & { readonly promise: () => string };

function sealEntry(
  workspaceId: string,
  keys: EntryKeys,
  content: EntryContent,
  subjects: readonly Subject[],
): SealedNow {
  const id = randomUUIDv7(Date.parse(content.at));
  const { plaintext, fieldsHash } = packContent(content);
  const sealed = keys.seal(id, plaintext, subjects);
  const { at, action, outcome } = content;
  const leafHash = hashLeaf(
    encodeLeaf({
      id,
      at,
      action,
      outcome,
      commitment: sealed.commitment,
      sealedHash: sha256(sealed.sealed),
      fieldsHash,
    }),
  );
  const terms = [
    ...termsOf(content).map((term) => keys.term(term)),
    ...subjects.map((subject) => subjectIdTerm(keys, subject.id)),
  ];
  let placed = 0;
  const macAt = (position: number): Uint8Array => {
    placed = position;
    return keys.mac(position, leafHash);
  };
  const promise = (): string => signPromise(originOf(workspaceId), { position: placed, leafHash }, keys.signingKey);
  return { id, at, action, outcome, terms, fieldsHash, leafHash, macAt, promise, ...sealed };
}

function receiptOf({ id, at, promise }: SealedNow): AuditReceipt {
  return { entryId: id, at, promise };
}
