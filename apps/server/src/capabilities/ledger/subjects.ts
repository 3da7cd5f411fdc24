import { randomUUID } from 'node:crypto';
import { ProblemError } from '@strongroom/protocol';
import type { Database } from '#platform/database';
import type { EntryContent } from './entry-content.ts';
import type { EntryKeys, Subject } from './ledger-keys.ts';
import { deleteSubjects, forgetTerms, insertSubject, selectSubject } from './subject-store.ts';

/** Whatever has the form of an e-mail address, as `ada@example.org` in `pilots: ada@example.org`, or `o'brien@example.org`. */
const addressPattern = /[^\s(),:;<>"@]+@[^\s(),:;<>"'@]+/g;

/**
 * Whom an entry names: every e-mail address of its actor and resource, and an actor that is a person by whatever name. What is
 * known of a person elsewhere in an entry (session, address, ids) is sealed with it. In order, so that a set has one joint key.
 */
export function namesIn({ actor, resource }: Pick<EntryContent, 'actor' | 'resource'>): string[] {
  const acting = addressesIn(actor.name);
  if (actor.kind === 'person' && acting.length === 0) acting.push(actor.name);
  return [...new Set([...acting, ...addressesIn(resource ?? '')].map(normalName))].toSorted();
}

/** An apostrophe in front may be of the address or around it: then it counts as both, so that erasing either closes the entry. */
function addressesIn(text: string): string[] {
  const found: string[] = text.match(addressPattern) ?? [];
  return found.flatMap((address) => {
    const bare = address.replace(/^'+(?!@)/, '');
    return bare === address ? [address] : [address, bare];
  });
}

/** Two ways to write one address are one subject. */
export function normalName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

export type Subjects = {
  /** Ids and keys, made at the first entry that names them. */
  forEntry(workspaceId: string, keys: EntryKeys, names: readonly string[]): Promise<Subject[]>;
  /** Ids of those that any entry names. */
  idsOf(workspaceId: string, keys: EntryKeys, names: readonly string[]): Promise<string[]>;
  /** Nothing leads from the names to them any more: an entry that names them from here on makes new ones. */
  detach(workspaceId: string, keys: EntryKeys, ids: readonly string[]): Promise<void>;
  /** After their keys were destroyed: their entries can't be searched for either. */
  forget(workspaceId: string, keys: EntryKeys, ids: readonly string[]): Promise<void>;
};

export function createSubjects(database: Database): Subjects {
  // As long as the keys are good: so that what was forgotten is not found again by an older memory than they are.
  const remembered = new WeakMap<EntryKeys, Map<string, Promise<Subject>>>();

  const find = async (workspaceId: string, keys: EntryKeys, name: string): Promise<Subject> => {
    const term = subjectTerm(keys, name);
    const id = await database.withWorkspace(
      workspaceId,
      async (within) =>
        (await selectSubject(within, term)) ??
        (await insertSubject(within, workspaceId, { id: randomUUID(), term })) ??
        selectSubject(within, term),
    );
    // Of two that insert at once, the slower one sees the other's row only in a transaction of its own.
    if (id === null) return find(workspaceId, keys, name);
    const key = await keys.subjectKey(id).catch(destroyedIsNull);
    // INVARIANT: a subject is used only when the name led to it after its key was there: whoever detaches it later finds the key to
    // destroy. One that was detached meanwhile may have got its key after the destruction had passed by.
    const now = await database.withWorkspace(workspaceId, (within) => selectSubject(within, term));
    if (now !== id) return find(workspaceId, keys, name);
    return { id, key: key ?? (await keys.subjectKey(id)) };
  };

  return {
    forEntry: (workspaceId, keys, names) => {
      const known = remembered.get(keys) ?? new Map<string, Promise<Subject>>();
      remembered.set(keys, known);
      return Promise.all(
        names.map((name) => {
          const before = known.get(name);
          if (before !== undefined) return before;
          const finding = find(workspaceId, keys, name);
          known.set(name, finding);
          finding.catch(() => known.delete(name));
          return finding;
        }),
      );
    },
    idsOf: async (workspaceId, keys, names) => {
      const terms = names.map((name) => subjectTerm(keys, normalName(name)));
      const ids = await database.withWorkspace(workspaceId, async (within) => {
        const found: (string | null)[] = [];
        for (const term of terms) found.push(await selectSubject(within, term));
        return found;
      });
      return ids.filter((id) => id !== null);
    },
    detach: async (workspaceId, keys, ids) => {
      await database.withWorkspace(workspaceId, (within) => deleteSubjects(within, ids));
      remembered.delete(keys);
    },
    forget: (workspaceId, keys, ids) =>
      database.withWorkspace(workspaceId, (within) =>
        forgetTerms(
          within,
          ids.map((id) => subjectIdTerm(keys, id)),
        ),
      ),
  };
}

function destroyedIsNull(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'vault/key_destroyed') return null;
  throw error;
}

function subjectTerm(keys: EntryKeys, name: string): Uint8Array {
  return keys.term(`subject name:${name}`);
}

/** By which all entries of a subject are found. */
export function subjectIdTerm(keys: EntryKeys, id: string): Uint8Array {
  return keys.term(`subject:${id}`);
}
