import { type AskerWords, askerWordsSchema, type Preference } from '@strongroom/protocol';
import {
  type Asker,
  type AuditContext,
  auditContext,
  type AuditWriter,
  keepOrDestroy,
  randomUUIDv7,
  type Sealer,
  systemContext,
} from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { badPreference, preferenceNotFound, tooManyPreferences } from './errors.ts';
import { isText } from './is-text.ts';
import { deletePreferences, listPreferences, savePreference } from './preferences-store.ts';
import type { Owner } from './store.ts';

export type Preferences = {
  /** The oldest first. */
  list(asker: Asker): Promise<Preference[]>;
  /** What a translation for them is to heed. None for who is not the person: what is theirs alone stays closed. */
  of(asker: Asker): Promise<AskerWords[]>;
  /** Throws `assistant/bad_preference` (422), `assistant/too_many_preferences` (409). */
  add(asker: Asker, text: AskerWords): Promise<Preference>;
  /** Destroys the key, then removes the row. Throws `assistant/preference_not_found` (404). */
  remove(asker: Asker, id: string): Promise<void>;
  removeAll(asker: Asker): Promise<{ removed: number }>;
  idsOf(workspaceId: string, personId: string): Promise<string[]>;
  /** For who is removed from the workspace. */
  forgetPerson(workspaceId: string, personId: string): Promise<void>;
};

/** All of a person's go out with every question: what a model is told stays short. */
const PREFERENCES_MAX = 20;

/** What a person wants remembered: sealed, each under a key of its own, and nobody else's to see. */
export function createPreferences({
  database,
  sealer,
  audit,
  clock,
}: {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly audit: AuditWriter;
  readonly clock: Clock;
}): Preferences {
  const list = async (asker: Asker): Promise<Preference[]> => {
    const kept = await listPreferences(database, asker);
    const opened = await sealer.openMany(
      asker.workspaceId,
      kept.map(({ id, sealed }) => ({ objectId: id, sealed })),
    );
    return kept.flatMap(({ id, addedAt }, at) => {
      const text = opened[at];
      if (text === null || text === undefined) return [];
      return [{ id, text: askerWordsSchema.parse(new TextDecoder().decode(text)), addedAt: addedAt.toISOString() }];
    });
  };
  const idsOf = async (owner: Owner): Promise<string[]> => (await listPreferences(database, owner)).map(({ id }) => id);
  // INVARIANT: the key goes first. A crash in between leaves a row that nobody can open, never a key without its row.
  const forget = async (owner: Owner, ids: readonly string[], context: AuditContext, reason: string) => {
    const event = {
      action: 'assistant.preferences_deleted',
      resource: null,
      decision: { allowed: true, reason },
      counts: { preferences: ids.length },
    } as const;
    await audit.append(context, { ...event, outcome: 'begun' });
    await sealer.destroy(owner.workspaceId, ids);
    const removed = await deletePreferences(database, owner, ids);
    await audit.append(context, { ...event, outcome: 'done' });
    return removed;
  };
  // Their calls are aborted, but one may still be about to add. Ids don't come back.
  const removedPeople = new Set<string>();
  const forgetRemoved = async (owner: Owner): Promise<void> => {
    const ids = await idsOf(owner);
    if (ids.length > 0)
      await forget(owner, ids, systemContext(owner.workspaceId, 'removal of a person'), 'the person was removed');
  };
  return {
    list,
    of: async (asker) => (asker.own ? (await list(asker)).map(({ text }) => text) : []),
    async add(asker, text) {
      if (!isText(text)) throw badPreference();
      if ((await idsOf(asker)).length >= PREFERENCES_MAX) throw tooManyPreferences(PREFERENCES_MAX);
      const addedAt = clock.now();
      const id = randomUUIDv7(addedAt.getTime());
      const { workspaceId } = asker;
      await keepOrDestroy({ sealer }, workspaceId, id, async () => {
        const sealed = await sealer.seal(workspaceId, id, new TextEncoder().encode(text));
        await savePreference(database, asker, { id, addedAt, sealed });
      });
      if (removedPeople.has(asker.personId)) await forgetRemoved(asker);
      return { id, text, addedAt: addedAt.toISOString() };
    },
    async remove(asker, id) {
      if (!(await idsOf(asker)).includes(id)) throw preferenceNotFound();
      await forget(asker, [id], auditContext(asker), 'their own');
    },
    async removeAll(asker) {
      const ids = await idsOf(asker);
      return { removed: ids.length === 0 ? 0 : await forget(asker, ids, auditContext(asker), 'their own') };
    },
    idsOf: (workspaceId, personId) => idsOf({ workspaceId, personId }),
    async forgetPerson(workspaceId, personId) {
      removedPeople.add(personId);
      await forgetRemoved({ workspaceId, personId });
    },
  };
}
