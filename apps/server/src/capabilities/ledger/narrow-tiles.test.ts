import { randomUUID } from 'node:crypto';
import { compactRange, hashLeaf, proveInclusion, verifyInclusion } from '@strongroom/merkle-log';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createDatabase } from '#platform/database';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import { createLog } from '#platform/log';
import { migrations } from './migrations.ts';
import { addNodes, type NewNode, readNodesAtOnce } from './tree-store.ts';

const narrowed = migrations.findIndex(({ id }) => id === 'ledger_0004_tiles');

test('a tree that was stored in tiles of 256 hashes still proves every entry after the change to 16, and grows', async () => {
  await using before = await startTestDatabase(migrations.slice(0, narrowed));
  // Neither full nor a multiple of 16 at any level.
  const sizes = new Map([300, 16, 1, 70_001].map((size) => [randomUUID(), size]));
  const trees = new Map(Array.from(sizes.keys(), (workspaceId) => [workspaceId, compactRange()]));
  for (const [workspaceId, size] of sizes) {
    const wide = new Map<string, Uint8Array[]>();
    const tree = trees.get(workspaceId);
    for (let at = 0; at < size; at += 1)
      tree?.append(leafAt(at), (level, index, hash) => {
        if (level % 8 !== 0) return;
        const key = `${level / 8}/${Math.floor(index / 256)}`;
        wide.set(key, [...(wide.get(key) ?? []), hash]);
      });
    await before.database.withWorkspace(workspaceId, async (within) => {
      for (const [key, hashes] of wide) {
        const [level, tile] = key.split('/').map(Number);
        await sql`insert into ledger_tiles values (${workspaceId}, ${level}, ${tile}, ${Buffer.concat(hashes)})`.execute(
          within,
        );
      }
    });
  }

  const database = await createDatabase({ address: before.address, migrations, log: createLog({ level: 'error' }) });
  try {
    for (const [workspaceId, size] of sizes) {
      const tree = trees.get(workspaceId);
      if (tree === undefined) throw new Error('there is a tree for each workspace');
      const nodes: NewNode[] = [];
      for (let at = size; at < size + 20; at += 1)
        tree.append(leafAt(at), (level, index, hash) => nodes.push({ level, index, hash }));
      await database.withWorkspace(workspaceId, (within) => addNodes(within, workspaceId, nodes));
      const read = readNodesAtOnce(database, workspaceId);
      const step = Math.ceil(tree.size / 500);
      for (let at = 0; at < tree.size; at += step) {
        const proof = await proveInclusion(read, at, tree.size);
        expect([at, verifyInclusion(at, tree.size, leafAt(at), tree.root(), proof)]).toEqual([at, true]);
      }
      await expect(readNodesAtOnce(database, randomUUID())([{ level: 0, index: 0 }])).rejects.toThrow(RangeError);
    }
  } finally {
    await database.close();
  }
});

function leafAt(at: number): Buffer {
  return Buffer.from(hashLeaf(Buffer.from(`entry ${at}`)));
}
