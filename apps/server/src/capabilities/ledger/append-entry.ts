import { encodeLeaf, hashLeaf, signPromise } from '@strongroom/merkle-log';
import { ProblemError } from '@strongroom/protocol';
import { type AuditContext, type AuditEvent, type AuditReceipt, type AuditWriter, randomUUIDv7 } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database, Tables, Transaction } from '#platform/database';
import { type EntryContent, entryContent } from './entry-content.ts';
import { unavailable } from './errors.ts';
import { groupCommit } from './group-commit.ts';
import { logHeads } from './log-heads.ts';
import type { EntryKeys, LedgerKeys, Subject } from './ledger-keys.ts';
import { packContent, sha256 } from './sealed-content.ts';
import { insertEntries, type NewEntry } from './append-store.ts';
import { originOf } from './sequence-entries.ts';
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
  /** Resolves once every entry that was appended on this server before is committed, or has failed. */
  settled(workspaceId: string): Promise<void>;
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
  const sealAll = async (
    workspaceId: string,
    contents: readonly EntryContent[],
  ): Promise<PromiseSettledResult<SealedNow>[]> => {
    requireSound(workspaceId);
    const entryKeys = await keys.forWorkspace(workspaceId).catch(throwUnavailable);
    const namesOf = contents.map((content) => namesIn(content));
    // Most entries of a moment name the same, so whom they name is asked for once.
    const named = new Map(namesOf.map((names) => [nameOfSet(names), names]));
    const found = new Map<string, PromiseSettledResult<readonly Subject[]>>();
    await Promise.all(
      Array.from(named, async ([key, names]) => {
        const [result] = await Promise.allSettled([subjects.forEntry(workspaceId, entryKeys, names)]);
        found.set(key, result);
      }),
    );
    return contents.map((content, at) =>
      settled(() => {
        const result = found.get(nameOfSet(namesOf[at] ?? []));
        if (result?.status !== 'fulfilled') throw result?.reason;
        return sealEntry(workspaceId, entryKeys, content, result.value);
      }),
    );
  };
  const heads = logHeads(database);
  const commits = groupCommit<EntryContent, SealedNow>({
    prepare: sealAll,
    commit: (workspaceId, entries) =>
      heads.append(workspaceId, entries).catch((error: unknown) => {
        throw unavailable(error);
      }),
  });
  return {
    append: async (context, event) => {
      const { workspaceId } = context;
      requireSound(workspaceId);
      const entry = await commits.add(workspaceId, entryContent(context, event, clock.now()));
      appended(workspaceId);
      return receiptOf(entry);
    },
    settled: commits.settled,
    prepare: async (context, events) => {
      const { workspaceId } = context;
      const now = clock.now();
      const sealed = await sealAll(
        workspaceId,
        events.map((event) => entryContent(context, event, now)),
      );
      const entries = sealed.map((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
      return {
        receipts: entries.map(receiptOf),
        write: async (within, only) => {
          const chosen = only === undefined ? entries : entries.filter((_, at) => only.includes(at));
          await insertEntries(within, workspaceId, chosen);
        },
        committed: () => appended(workspaceId),
      };
    },
  };
}

/** A name has no control character in it (`entry-content.ts`), so two sets never have the same. */
function nameOfSet(names: readonly string[]): string {
  return names.join('\0');
}

function settled<T>(work: () => T): PromiseSettledResult<T> {
  try {
    return { status: 'fulfilled', value: work() };
  } catch (reason) {
    return { status: 'rejected', reason: reason instanceof ProblemError ? reason : unavailable(reason) };
  }
}

function throwUnavailable(error: unknown): never {
  throw error instanceof ProblemError ? error : unavailable(error);
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
