import { askerWordsSchema, ProblemError, type Question, questionSchema } from '@strongroom/protocol';
import { z } from 'zod';
import {
  type Asker,
  type AuditContext,
  auditContext,
  type AuditWriter,
  randomUUIDv7,
  type Sealer,
  systemContext,
  keepOrDestroy,
} from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { questionNotFound } from './errors.ts';
import {
  deleteQuestions,
  findQuestion,
  listQuestions,
  type Owner,
  questionIds,
  rewriteQuestion,
  saveQuestion,
  type SealedQuestion,
} from './store.ts';

export type HistoryDeps = {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly audit: AuditWriter;
  readonly clock: Clock;
};

/** What lies sealed. `exchanges`: what was sent to a model, byte for byte; one that was asked before that was kept has none. */
const keptSchema = questionSchema.omit({ id: true, askedAt: true }).extend({
  exchanges: z
    .array(
      z.object({
        salt: z.string(),
        sent: z.string(),
        disclosed: z.string(),
        answer: z.object({ received: z.string(), answered: z.string() }).nullable(),
      }),
    )
    .default([]),
  /** A follow-up as the built-in translator read it, merged with what it goes on from. */
  read: askerWordsSchema.optional(),
});
export type KeptQuestion = z.infer<typeof keptSchema>;

export type History = {
  /** Keeps a new question, sealed; answers its id. Keeps none, null, when it isn't the person who asks. */
  keep(asker: Asker, question: KeptQuestion): Promise<string | null>;
  /** Writes how it went; nothing when it wasn't kept, or the person has deleted it meanwhile. */
  finish(asker: Asker, id: string | null, question: KeptQuestion): Promise<void>;
  list(asker: Asker, page: { before: string | null; limit: number }): Promise<Question[]>;
  /** Throws `assistant/question_not_found` (404). */
  show(asker: Asker, id: string): Promise<Question & KeptQuestion>;
  /** Destroys the key, then removes the row. Throws `assistant/question_not_found` (404). */
  remove(asker: Asker, id: string): Promise<void>;
  removeAll(asker: Asker): Promise<{ removed: number }>;
  /** Ids of a person's questions. */
  idsOf(workspaceId: string, personId: string): Promise<string[]>;
  /** The row of a question whose key was destroyed. */
  forgetQuestion(owner: Owner, id: string): Promise<void>;
  /** For who is removed from the workspace: destroys the keys of their questions, then removes the rows. */
  forgetPerson(workspaceId: string, personId: string): Promise<void>;
};

export function createHistory({ database, sealer, audit, clock }: HistoryDeps): History {
  const seal = (asker: Asker, id: string, question: KeptQuestion) =>
    sealer.seal(asker.workspaceId, id, new TextEncoder().encode(JSON.stringify(question)));
  const open = async (asker: Asker, { id, askedAt, sealed }: SealedQuestion) => {
    const kept = keptSchema.parse(
      JSON.parse(new TextDecoder().decode(await sealer.open(asker.workspaceId, id, sealed))),
    );
    return { id, askedAt: askedAt.toISOString(), ...kept };
  };
  // INVARIANT: the key goes first. A crash in between leaves a row that nobody can open, never a key without its row.
  const forget = async (owner: Owner, ids: readonly string[], context: AuditContext, reason: string) => {
    const event = {
      action: 'assistant.questions_deleted',
      resource: null,
      decision: { allowed: true, reason },
      counts: { questions: ids.length },
    } as const;
    await audit.append(context, { ...event, outcome: 'begun' });
    await sealer.destroy(owner.workspaceId, ids);
    const removed = await deleteQuestions(database, owner, ids);
    await audit.append(context, { ...event, outcome: 'done' });
    return removed;
  };
  const forgetOwn = (asker: Asker, ids: readonly string[]) => forget(asker, ids, auditContext(asker), 'their own');
  // Their calls are aborted, but one may still be about to keep its question. Ids don't come back.
  const removedPeople = new Set<string>();
  const forgetRemoved = async (owner: Owner): Promise<void> => {
    const ids = await questionIds(database, owner);
    if (ids.length > 0)
      await forget(owner, ids, systemContext(owner.workspaceId, 'removal of a person'), 'the person was removed');
  };
  return {
    async keep(asker, question) {
      if (!asker.own) return null;
      const askedAt = clock.now();
      const id = randomUUIDv7(askedAt.getTime());
      await keepOrDestroy({ sealer }, asker.workspaceId, id, async () =>
        saveQuestion(database, asker, { id, askedAt, sealed: await seal(asker, id, question) }),
      );
      if (removedPeople.has(asker.personId)) await forgetRemoved(asker);
      return id;
    },
    async finish(asker, id, question) {
      if (id === null) return;
      // A question deleted while its answer ran is gone, and an object gets no second key. Its key goes before its row.
      if ((await findQuestion(database, asker, id)) === null) return;
      const sealed = await seal(asker, id, question).catch(goneIsNull);
      if (sealed !== null) await rewriteQuestion(database, asker, id, sealed);
    },
    async list(asker, page) {
      const opened = await Promise.all(
        (await listQuestions(database, asker, page)).map((row) => open(asker, row).catch(goneIsNull)),
      );
      return opened.flatMap((question) => {
        if (question === null) return [];
        const { exchanges: _, read: _read, ...shown } = question;
        return [shown];
      });
    },
    async show(asker, id) {
      const row = await findQuestion(database, asker, id);
      const question = row === null ? null : await open(asker, row).catch(goneIsNull);
      if (question === null) throw questionNotFound();
      return question;
    },
    async remove(asker, id) {
      if ((await findQuestion(database, asker, id)) === null) throw questionNotFound();
      await forgetOwn(asker, [id]);
    },
    async removeAll(asker) {
      const ids = await questionIds(database, asker);
      return { removed: ids.length === 0 ? 0 : await forgetOwn(asker, ids) };
    },
    idsOf: (workspaceId, personId) => questionIds(database, { workspaceId, personId }),
    async forgetQuestion(owner, id) {
      await deleteQuestions(database, owner, [id]);
    },
    async forgetPerson(workspaceId, personId) {
      removedPeople.add(personId);
      await forgetRemoved({ workspaceId, personId });
    },
  };
}

function goneIsNull(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'vault/key_destroyed') return null;
  throw error;
}
