import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { localKeyWrapper, type KeyWrapper } from '@strongroom/keyring';
import { sql } from 'kysely';
import { Secret } from '#config';
import type { AuditContext } from '#contracts';
import type { Ledger } from '#ledger';
import { createDatabase, type Database } from '#platform/database';
import { createLog } from '#platform/log';
import type { Vault } from './index.ts';
import { makeTestVault, testVaultMigrations } from './make-test-vault.ts';

/**
 * A durable step is the commit of a transaction that changed something, or a change in the key holder. `before` it: nothing of it
 * stays; `after` it: all of it stays, and nobody hears of it.
 */
export type KillPoint = { readonly step: number; readonly form: 'before' | 'after' };
export type TestAct = keyof typeof acts;
export type ActOptions = {
  readonly act: TestAct;
  readonly workspaceId: string;
  readonly socketFolder: string;
  readonly port: number;
  /** Holds the key file. */
  readonly folder: string;
  readonly killAt: KillPoint | null;
};
/** One line of what the process says, at once: what it was told is done. */
export type Word =
  | { readonly appended: string }
  | { readonly sealed: { readonly id: string; readonly hex: string } }
  | { readonly destroyed: string };

type Room = { readonly ledger: Ledger; readonly vault: Vault; readonly workspaceId: string };

/** Each prepares what it needs, and gives what it may be killed in. */
const acts = {
  append: async (room: Room) => {
    await append(room, 2);
    return async () => {
      await append(room, 5);
      await append(room, 5);
    };
  },
  appendForEver: async (room: Room) => {
    await append(room, 1);
    return async () => {
      for (let count = 1; ; count = 1 + ((3 * count) % 16)) await append(room, count);
    };
  },
  sequence: async (room: Room) => {
    await append(room, 300);
    return () => room.ledger.sequence(room.workspaceId);
  },
  bear: async (room: Room) => async () => void (await seal(room)),
  destroy: async (room: Room) => {
    const ids = [await seal(room), await seal(room)];
    await seal(room);
    return () => destroy(room, ids);
  },
  endEpochs: async (room: Room) => {
    await destroy(room, [await seal(room)]);
    await seal(room);
    return () => room.vault.endEpochs(room.workspaceId);
  },
};
export const actNames = Object.keys(acts) as TestAct[];

/** For a process of its own, in one workspace; see `ledger.crash.test.ts`. */
export async function runAct({ act, workspaceId, socketFolder, port, folder, killAt }: ActOptions): Promise<void> {
  let steps: number | null = null;
  const step = async <T>(change: () => Promise<T>): Promise<T> => {
    if (steps === null || killAt === null) return change();
    steps += 1;
    const here = steps === killAt.step;
    if (here && killAt.form === 'before') process.kill(process.pid, 'SIGKILL');
    const result = await change();
    if (here && killAt.form === 'after') process.kill(process.pid, 'SIGKILL');
    return result;
  };
  const database = await createDatabase({
    address: {
      kind: 'cluster',
      socketFolder,
      port,
      superuserPassword: new Secret('owner'),
      appPassword: new Secret('app'),
    },
    migrations: testVaultMigrations,
    log: createLog({ level: 'silent' }),
  });
  const clock = { now: () => new Date() };
  const { vault, ledger } = makeTestVault({
    database: stepping(database, step),
    folder,
    clock,
    wrapper: steppingWrapper(localKeyWrapper(folder), step),
  });
  const run = await acts[act]({ ledger, vault, workspaceId });
  steps = 0;
  await run();
  steps = null;
  await ledger.close();
  await database.close();
}

type Step = <T>(change: () => Promise<T>) => Promise<T>;

function stepping(database: Database, step: Step): Database {
  return {
    ...database,
    atOnce: (name, statement) => step(() => database.atOnce(name, statement)),
    withWorkspace: async (workspaceId, work) => {
      // The commit is what follows on the work: whether it is a step shows only then.
      const commit = Promise.withResolvers<void>();
      const worked = Promise.withResolvers<boolean>();
      const whole = database.withWorkspace(workspaceId, async (within) => {
        const result = await work(within);
        const { rows } = await sql<{ wrote: boolean }>`
          select pg_current_xact_id_if_assigned() is not null as wrote
        `.execute(within);
        worked.resolve(rows[0]?.wrote === true);
        await commit.promise;
        return result;
      });
      whole.catch(() => worked.resolve(false));
      const rest = async () => {
        commit.resolve();
        return whole;
      };
      return (await worked.promise) ? step(rest) : rest();
    },
  };
}

function steppingWrapper(wrapper: KeyWrapper, step: Step): KeyWrapper {
  return {
    ...wrapper,
    beginEpoch: (workspaceId) => step(() => wrapper.beginEpoch(workspaceId)),
    destroyEpochsBefore: (workspaceId, epoch) => step(() => wrapper.destroyEpochsBefore(workspaceId, epoch)),
  };
}

function say(word: Word): void {
  writeSync(1, `${JSON.stringify(word)}\n`);
}

async function append({ ledger, workspaceId }: Room, count: number): Promise<void> {
  const context: AuditContext = {
    workspaceId,
    actor: { kind: 'person', id: 'ada', name: 'ada@example.org' },
    sessionId: null,
    address: '192.0.2.7',
    requestId: null,
  };
  await Promise.all(
    Array.from({ length: count }, async () => {
      const { entryId } = await ledger.append(context, {
        action: 'query.released',
        resource: 'aviation',
        decision: { allowed: true, reason: 'permission ask' },
        outcome: 'done',
      });
      say({ appended: entryId });
    }),
  );
}

async function seal({ vault, workspaceId }: Room): Promise<string> {
  const id = randomUUID();
  const sealed = await vault.seal(workspaceId, id, Buffer.from(`content of ${id}`));
  say({ sealed: { id, hex: Buffer.from(sealed).toString('hex') } });
  return id;
}

async function destroy({ vault, workspaceId }: Room, ids: readonly string[]): Promise<void> {
  await vault.destroy(workspaceId, ids);
  for (const id of ids) say({ destroyed: id });
}
