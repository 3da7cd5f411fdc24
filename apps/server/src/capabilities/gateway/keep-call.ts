import { type KeptCall, ProblemError } from '@strongroom/protocol';
import { z } from 'zod';
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
import {
  callIds,
  type CallRow,
  deleteCalls,
  deleteExpiredCalls,
  expiredCallIds,
  insertCall,
  type Owner,
  selectCall,
  selectCalls,
} from './call-store.ts';
import { callNotFound } from './errors.ts';
import type { Key } from './keys.ts';

export type KeptBytes = {
  readonly path: string;
  readonly model: string;
  /** As the caller sent it. */
  readonly request: Buffer;
  /** As the caller got it; `whole`: false when it went on. */
  readonly reply: { readonly bytes: Buffer; readonly whole: boolean };
};

/** Calls that were kept since the holder of a key turned it on. Each is theirs alone, sealed under a key of its own. */
export type CallKeeper = {
  keep(asker: Asker, key: Key, call: KeptBytes): Promise<void>;
  /** The newest first, at most so many. */
  list(owner: Owner, limit: number): Promise<KeptCall[]>;
  /** Throws `gateway/call_not_found` (404). */
  show(owner: Owner, id: string): Promise<KeptCall>;
  /** Destroys the key, then removes the row. Throws `gateway/call_not_found` (404). */
  remove(asker: Asker, id: string): Promise<void>;
  removeAll(asker: Asker): Promise<{ removed: number }>;
  idsOf(owner: Owner): Promise<string[]>;
  /** For who is removed: destroys the keys, then removes the rows. */
  forgetPerson(owner: Owner): Promise<void>;
  /** Of everybody: what has expired goes, keys first. */
  sweep(workspaceId: string): Promise<void>;
};

const REQUEST_BYTES_MAX = 1024 * 1024;
const DAY_MS = 86_400_000;

const sealedSchema = z.object({
  path: z.string(),
  model: z.string(),
  request: z.string(),
  reply: z.string(),
  whole: z.boolean(),
});

export function createCallKeeper({
  database,
  sealer,
  audit,
  clock,
}: {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly audit: AuditWriter;
  readonly clock: Clock;
}): CallKeeper {
  const open = async ({ workspaceId }: Owner, row: CallRow): Promise<KeptCall | null> => {
    const opened = await sealer.open(workspaceId, row.id, row.sealed).catch(goneIsNull);
    if (opened === null) return null;
    const { id, key_id: key, at, expires_at: expiresAt } = row;
    const call = sealedSchema.parse(JSON.parse(new TextDecoder().decode(opened)));
    return { id, key, at: at.toISOString(), expiresAt: expiresAt.toISOString(), ...call };
  };
  // INVARIANT: the key goes first. A crash in between leaves a row that nobody can open, never a key without its row.
  const forget = async (owner: Owner, ids: readonly string[], context: AuditContext, reason: string): Promise<void> => {
    const event = {
      action: 'gateway.calls_deleted',
      resource: null,
      decision: { allowed: true, reason },
      counts: { calls: ids.length },
    } as const;
    await audit.append(context, { ...event, outcome: 'begun' });
    await sealer.destroy(owner.workspaceId, ids);
    await deleteCalls(database, owner, ids);
    await audit.append(context, { ...event, outcome: 'done' });
  };
  // A call of theirs may still be about to be kept. Ids don't come back.
  const removedPeople = new Set<string>();
  const forgetRemoved = async (owner: Owner): Promise<void> => {
    const ids = await callIds(database, owner);
    if (ids.length > 0)
      await forget(owner, ids, systemContext(owner.workspaceId, 'removal of a person'), 'the person was removed');
  };
  return {
    async keep(asker, key, { path, model, request, reply }) {
      if (key.keepDays === null) return;
      const { workspaceId } = asker;
      const at = clock.now();
      const id = randomUUIDv7(at.getTime());
      const whole = reply.whole && request.length <= REQUEST_BYTES_MAX;
      const kept = {
        path,
        model,
        request: request.subarray(0, REQUEST_BYTES_MAX).toString(),
        reply: reply.bytes.toString(),
        whole,
      };
      await keepOrDestroy({ sealer }, workspaceId, id, async () => {
        const sealed = Buffer.from(await sealer.seal(workspaceId, id, new TextEncoder().encode(JSON.stringify(kept))));
        const expiresAt = new Date(at.getTime() + (key.keepDays ?? 0) * DAY_MS);
        await insertCall(database, asker, { id, key_id: key.keyId, at, expires_at: expiresAt, sealed });
      });
      if (removedPeople.has(asker.personId)) await forgetRemoved(asker);
    },
    async list(owner, limit) {
      const rows = await selectCalls(database, owner, clock.now(), limit);
      return (await Promise.all(rows.map((row) => open(owner, row)))).filter((call) => call !== null);
    },
    async show(owner, id) {
      const row = await selectCall(database, owner, clock.now(), id);
      const call = row === undefined ? null : await open(owner, row);
      if (call === null) throw callNotFound();
      return call;
    },
    async remove(asker, id) {
      if ((await selectCall(database, asker, clock.now(), id)) === undefined) throw callNotFound();
      await forget(asker, [id], auditContext(asker), 'their own');
    },
    async removeAll(asker) {
      const ids = await callIds(database, asker);
      if (ids.length > 0) await forget(asker, ids, auditContext(asker), 'their own');
      return { removed: ids.length };
    },
    idsOf: (owner) => callIds(database, owner),
    async forgetPerson(owner) {
      removedPeople.add(owner.personId);
      await forgetRemoved(owner);
    },
    async sweep(workspaceId) {
      for (;;) {
        const ids = await expiredCallIds(database, workspaceId);
        if (ids.length === 0) return;
        await sealer.destroy(workspaceId, ids);
        await deleteExpiredCalls(database, workspaceId, ids);
      }
    },
  };
}

function goneIsNull(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'vault/key_destroyed') return null;
  throw error;
}
