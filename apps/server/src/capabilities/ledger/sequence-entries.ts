import { createPublicKey } from 'node:crypto';
import { compactRange, openCheckpoint, signCheckpoint, verifierKey, type VerifierKey } from '@strongroom/merkle-log';
import { ProblemError } from '@strongroom/protocol';
import type { Clock } from '#platform/clock';
import type { Database, Tables, Transaction } from '#platform/database';
import { integrityLost } from './errors.ts';
import type { EntryKeys, LedgerKeys } from './ledger-keys.ts';
import * as tree from './tree-store.ts';

export type Sequencer = {
  /** Puts what was committed into the tree and signs a checkpoint, within a quarter of a second. */
  soon(workspaceId: string): void;
  /**
   * The same at once; resolves when nothing is left, or another server is at it (what that one leaves is looked for
   * again in a second). Calls that wait share a run. Throws `ledger/integrity_lost` (503).
   */
  sequence(workspaceId: string): Promise<void>;
  /** Throws `ledger/integrity_lost` (503) once the log of this workspace was found changed. */
  requireSound(workspaceId: string): void;
  /** Stops the log of this workspace, loudly: from now on `requireSound` throws `problem`. */
  stop(workspaceId: string, problem: ProblemError): void;
  /** Waits for what runs; nothing starts any more. */
  close(): Promise<void>;
};

export type SequencerLog = { error(details: object, message: string): void };

const delayMs = 250;
const retryMs = 1_000;
const groupSizeMax = 5_000;

/** Name of a workspace's log, as its checkpoints carry it. */
export function originOf(workspaceId: string): string {
  return `strongroom/${workspaceId}`;
}

export function logKey(workspaceId: string, { signingKey }: EntryKeys): VerifierKey {
  return verifierKey(originOf(workspaceId), 'log', createPublicKey(signingKey));
}

/**
 * INVARIANT: a checkpoint is signed only over entries that we wrote and on top of the checkpoint that we signed last;
 * what is found otherwise stops the log, loudly, and with it everything that is audited. So does a tree that does not begin with the
 * one that this server saw last: that shows a log that is cut back under it, with its checkpoints, also where there is no witness.
 */
export function createSequencer({
  database,
  keys,
  clock,
  log,
  signed,
}: {
  database: Database;
  keys: LedgerKeys;
  clock: Clock;
  log: SequencerLog;
  /** Called after each run that found the log sound, whether or not there was something to sign. */
  signed: (workspaceId: string) => void;
}): Sequencer {
  const broken = new Map<string, ProblemError>();
  const seen = new Map<string, Seen>();
  const timers = new Map<string, NodeJS.Timeout>();
  const waiting = new Map<string, Promise<void>>();
  const running = new Map<string, Promise<void>>();
  let closed = false;

  const requireSound = (workspaceId: string): void => {
    const problem = broken.get(workspaceId);
    if (problem !== undefined) throw problem;
  };

  const stop = (workspaceId: string, problem: ProblemError): void => {
    broken.set(workspaceId, problem);
    log.error({ err: problem, workspaceId }, 'the audit log was changed from outside: it stops');
  };

  const run = async (workspaceId: string): Promise<void> => {
    requireSound(workspaceId);
    try {
      const entryKeys = await keys.forWorkspace(workspaceId);
      let sequenced: Sequenced | 'busy';
      do {
        sequenced = await database.withWorkspace(workspaceId, (within) =>
          sequenceGroup(within, workspaceId, entryKeys, { now: clock.now(), seen: seen.get(workspaceId) ?? null }),
        );
        if (sequenced !== 'busy') seen.set(workspaceId, sequenced.tree);
      } while (sequenced !== 'busy' && sequenced.count === groupSizeMax);
      // Whoever holds the tree may have looked before our entries were committed, or may die.
      if (sequenced === 'busy') plan(workspaceId, retryMs);
      else signed(workspaceId);
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'ledger/integrity_lost') stop(workspaceId, error);
      throw error;
    }
  };

  const sequence = (workspaceId: string): Promise<void> => {
    const shared = waiting.get(workspaceId);
    if (shared !== undefined) return shared;
    // What was committed after the run under way began needs another one.
    const turn = (running.get(workspaceId) ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        waiting.delete(workspaceId);
        running.set(workspaceId, turn);
        return run(workspaceId);
      })
      .finally(() => {
        if (running.get(workspaceId) === turn) running.delete(workspaceId);
      });
    waiting.set(workspaceId, turn);
    return turn;
  };

  const plan = (workspaceId: string, waitMs: number): void => {
    if (closed || timers.has(workspaceId)) return;
    const timer = setTimeout(() => {
      timers.delete(workspaceId);
      // Where keys or the database are away, entries stay pending until they are back.
      sequence(workspaceId).catch(() => broken.has(workspaceId) || plan(workspaceId, retryMs));
    }, waitMs);
    timers.set(workspaceId, timer.unref());
  };

  return {
    soon: (workspaceId) => plan(workspaceId, delayMs),
    sequence,
    requireSound,
    stop,
    close: async () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.allSettled([...timers.keys()].map(sequence));
      await Promise.allSettled([...running.values(), ...waiting.values()]);
      timers.clear();
    },
  };
}

/** A tree that was committed, as far as this server knows. */
type Seen = { readonly size: number; readonly root: Buffer };
/** `count`: of entries that were put into the tree. */
type Sequenced = { readonly count: number; readonly tree: Seen };

/** `busy` when another server is at it. */
async function sequenceGroup(
  within: Transaction<Tables>,
  workspaceId: string,
  keys: EntryKeys,
  { now, seen }: { now: Date; seen: Seen | null },
): Promise<Sequenced | 'busy'> {
  if (!(await tree.lockTree(within, workspaceId))) return 'busy';
  const range = await readTree(within, workspaceId, keys);
  if (seen !== null) await requireContinued(within, seen, { size: range.size, root: range.root() });
  const leaves = await tree.selectNewLeaves(within, range.size, groupSizeMax);
  if (leaves.length === 0) return { count: 0, tree: { size: range.size, root: range.root() } };
  const nodes: tree.NewNode[] = [];
  for (const { position, leafHash, mac } of leaves) {
    if (position !== range.size + 1) throw integrityLost(`entry ${range.size + 1} is missing`);
    if (!keys.mac(position, leafHash).equals(mac))
      throw integrityLost(`entry ${position} was not written by this server`);
    range.append(leafHash, (level, index, hash) => nodes.push({ level, index, hash }));
  }
  await tree.addNodes(within, workspaceId, nodes);
  const { size } = range;
  const root = range.root();
  await tree.insertCheckpoint(within, {
    workspace_id: workspaceId,
    size,
    note: signCheckpoint({ origin: originOf(workspaceId), size, root }, keys.signingKey),
    signed_at: now,
  });
  return { count: leaves.length, tree: { size, root } };
}

/** Throws `ledger/integrity_lost` when the tree of now does not begin with the one that was seen. */
async function requireContinued(within: Transaction<Tables>, seen: Seen, now: Seen): Promise<void> {
  if (now.size < seen.size) throw integrityLost(`it had ${seen.size} entries, and has ${now.size}`);
  const root = now.size === seen.size ? now.root : compactRange(seen.size, await readOwnEdge(within, seen.size)).root();
  if (!root.equals(seen.root)) throw integrityLost(`its first ${seen.size} entries are others than before`);
}

/** The tree as it was signed last. Throws `ledger/integrity_lost` when what is stored is another one. */
async function readTree(within: Transaction<Tables>, workspaceId: string, keys: EntryKeys) {
  const note = await tree.selectNewestCheckpoint(within);
  if (note === null) return compactRange();
  const { size, root } = openOwn(note, logKey(workspaceId, keys));
  const range = compactRange(size, await readOwnEdge(within, size));
  if (!range.root().equals(root)) throw integrityLost('its tree is not the one that was signed');
  return range;
}

async function readOwnEdge(within: Transaction<Tables>, size: number): Promise<readonly Uint8Array[]> {
  return tree.readEdge(within, size).catch((error: unknown) => {
    throw error instanceof RangeError ? integrityLost('a part of its tree is missing') : error;
  });
}

/** Throws `ledger/integrity_lost` (503) for a note of somebody else. */
export function openOwn(note: string, key: VerifierKey): { size: number; root: Buffer } {
  try {
    return openCheckpoint(note, key);
  } catch {
    throw integrityLost('its newest checkpoint is not one of ours');
  }
}
