import { generateKeyPairSync, hash, randomInt, randomUUID } from 'node:crypto';
import {
  compactRange,
  openCheckpoint,
  proveInclusion,
  signCheckpoint,
  verifierKey,
  verifyInclusion,
} from '@strongroom/merkle-log';
import * as tree from '../apps/server/src/capabilities/ledger/tree-store.ts';
import type { Database } from '../apps/server/src/platform/database/index.ts';
import { besideBound, type Figure, median } from './compare.ts';

const ENTRIES = 1_000_000;
const GROUP = 50_000;
const PROOFS = 1_000;
const WARM_UP = 100;
const origin = 'bench';

/** Proofs of entries all over a large tree of known size that lies in the database: made there, one by one, and checked. */
export async function* measureProofs(database: Database): AsyncGenerator<Figure> {
  const workspaceId = randomUUID();
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = verifierKey(origin, 'log', publicKey);
  await fillTree(database, workspaceId, privateKey);
  const note = await database.withWorkspace(workspaceId, tree.selectNewestCheckpoint);
  const { size, root } = openCheckpoint(note ?? '', key);
  const times = { make: [] as number[], check: [] as number[] };
  for (let turn = -WARM_UP; turn < PROOFS; turn += 1) {
    const index = randomInt(ENTRIES);
    const startedMs = performance.now();
    const proof = await proveInclusion(tree.readNodesAtOnce(database, workspaceId), index, size);
    const madeMs = performance.now();
    if (!verifyInclusion(index, size, leafHashAt(index), root, proof))
      throw new Error(`the proof of entry ${index} does not hold`);
    const checkedMs = performance.now();
    if (turn < 0) continue;
    times.make.push(madeMs - startedMs);
    times.check.push((checkedMs - madeMs) * 1000);
  }
  yield besideBound('make a proof in 1M entries, p50', median(times.make), 1, 'ms', 'lower');
  yield besideBound('check a proof in 1M entries, p50', median(times.check), 50, 'µs', 'lower');
}

function leafHashAt(index: number): Buffer {
  return hash('sha256', `entry ${index}`, 'buffer');
}

async function fillTree(
  database: Database,
  workspaceId: string,
  privateKey: Parameters<typeof signCheckpoint>[1],
): Promise<void> {
  const range = compactRange();
  while (range.size < ENTRIES) {
    const nodes: tree.NewNode[] = [];
    const until = Math.min(ENTRIES, range.size + GROUP);
    while (range.size < until)
      range.append(leafHashAt(range.size), (level, index, node) => nodes.push({ level, index, hash: node }));
    await database.withWorkspace(workspaceId, (within) => tree.addNodes(within, workspaceId, nodes));
  }
  const note = signCheckpoint({ origin, size: range.size, root: range.root() }, privateKey);
  await database.withWorkspace(workspaceId, (within) =>
    tree.insertCheckpoint(within, { workspace_id: workspaceId, size: range.size, note, signed_at: new Date() }),
  );
}
