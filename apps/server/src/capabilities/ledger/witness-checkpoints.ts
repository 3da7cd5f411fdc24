import { ProblemError } from '@strongroom/protocol';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { askWitness, type Witness } from './ask-witness.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { logKey, type Sequencer } from './sequence-entries.ts';

export type WitnessingLog = { warn(details: object, message: string): void };

/** Why a witness has not signed the newest checkpoint, and since when that is so. */
export type WitnessProblem = { readonly message: string; readonly at: Date };

export type Witnessing = {
  readonly witnesses: readonly Witness[];
  /** Has each witness sign the newest checkpoint. Returns at once; nobody waits for a witness. */
  soon(workspaceId: string): void;
  /** As this server found it; null when all is well, or it was not asked yet. */
  problemOf(workspaceId: string, witness: Witness): WitnessProblem | null;
  /** Gives up what is asked; nothing starts any more. */
  close(): Promise<void>;
};

/** One witness and one log. */
type Lane = {
  timer: NodeJS.Timeout | null;
  running: Promise<void> | null;
  /** A checkpoint was signed while the witness was asked about the one before. */
  wanted: boolean;
  /** The witness was asked since this server started. */
  asked: boolean;
  startedMs: number;
  failures: number;
  problem: WitnessProblem | null;
};

const intervalMs = 1_000;
const waitMsMax = 5 * 60_000;

/**
 * Of each witness and log one request at a time, at most one a second, and fewer the longer it is away.
 * A witness that holds another history stops the log; any other trouble with one is told and stops nothing.
 */
export function createWitnessing({
  database,
  keys,
  clock,
  sequencer,
  witnesses,
  log,
}: {
  database: Database;
  keys: LedgerKeys;
  clock: Clock;
  sequencer: Pick<Sequencer, 'requireSound' | 'stop'>;
  witnesses: readonly Witness[];
  log: WitnessingLog;
}): Witnessing {
  const lanes = new Map<Witness, Map<string, Lane>>(witnesses.map((witness) => [witness, new Map()]));
  const givingUp = new Set<(reason: Error) => void>();
  let closed = false;

  /** An answer that never comes keeps nobody from stopping. */
  const untilClosed = <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      givingUp.add(reject);
      void work.then(resolve, reject).finally(() => givingUp.delete(reject));
    });

  /** null when it signed; else why it did not. */
  const ask = async (workspaceId: string, witness: Witness, anyway: boolean): Promise<string | null> => {
    try {
      const key = logKey(workspaceId, await keys.forWorkspace(workspaceId));
      const send: Witness['send'] = (body) => untilClosed(witness.send(body));
      return await askWitness({ database, workspaceId, key }, { key: witness.key, send }, anyway);
    } catch (error) {
      if (!(error instanceof ProblemError)) return 'it could not be asked';
      if (error.code === 'ledger/integrity_lost' && isSound(sequencer, workspaceId)) sequencer.stop(workspaceId, error);
      return error.message;
    }
  };

  const run = async (workspaceId: string, witness: Witness, lane: Lane): Promise<void> => {
    lane.wanted = false;
    if (!isSound(sequencer, workspaceId)) return;
    lane.startedMs = performance.now();
    const message = await ask(workspaceId, witness, !lane.asked);
    if (closed) return;
    if (message === null) {
      [lane.asked, lane.failures, lane.problem] = [true, 0, null];
      return;
    }
    if (lane.problem?.message !== message) {
      lane.problem = { message, at: clock.now() };
      log.warn({ workspaceId, witness: witness.key.name, reason: message }, 'a witness did not sign the audit log');
    }
    lane.failures += 1;
    // Half of it by chance, so that those who lost a witness together do not come back together.
    const waitMs = Math.min(waitMsMax, intervalMs * 2 ** lane.failures) * (0.5 + Math.random() / 2);
    plan(workspaceId, witness, lane, waitMs);
  };

  const plan = (workspaceId: string, witness: Witness, lane: Lane, waitMs: number): void => {
    if (closed || lane.timer !== null) return;
    lane.timer = setTimeout(() => {
      lane.timer = null;
      lane.running = run(workspaceId, witness, lane).finally(() => {
        lane.running = null;
        if (lane.wanted) plan(workspaceId, witness, lane, intervalMs);
      });
    }, waitMs).unref();
  };

  return {
    witnesses,
    soon: (workspaceId) => {
      for (const [witness, logs] of lanes) {
        const lane = logs.get(workspaceId) ?? newLane();
        logs.set(workspaceId, lane);
        if (lane.running !== null) lane.wanted = true;
        else plan(workspaceId, witness, lane, Math.max(0, lane.startedMs + intervalMs - performance.now()));
      }
    },
    problemOf: (workspaceId, witness) => lanes.get(witness)?.get(workspaceId)?.problem ?? null,
    close: async () => {
      closed = true;
      for (const giveUp of givingUp) giveUp(new Error('the server stops'));
      const all = [...lanes.values()].flatMap((logs) => [...logs.values()]);
      for (const { timer } of all) if (timer !== null) clearTimeout(timer);
      await Promise.allSettled(all.flatMap(({ running }) => running ?? []));
    },
  };
}

function newLane(): Lane {
  return {
    timer: null,
    running: null,
    wanted: false,
    asked: false,
    startedMs: -intervalMs,
    failures: 0,
    problem: null,
  };
}

function isSound(sequencer: Pick<Sequencer, 'requireSound'>, workspaceId: string): boolean {
  try {
    sequencer.requireSound(workspaceId);
    return true;
  } catch {
    return false;
  }
}
