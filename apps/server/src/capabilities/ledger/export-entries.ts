import {
  type ExportEntry,
  exportFormat,
  hashSizeBytes,
  openCheckpoint,
  printVerifierKey,
  type VerifierKey,
} from '@strongroom/merkle-log';
import { ProblemError } from '@strongroom/protocol';
import type { Database, Tables, Transaction } from '#platform/database';
import { addCosignatures, newestCosigned } from './add-cosignatures.ts';
import type { EntryKeys, LedgerKeys } from './ledger-keys.ts';
import { openContent, sha256 } from './sealed-content.ts';
import { logKey, originOf, type Sequencer } from './sequence-entries.ts';
import { countEntries, selectRange, type StoredEntry } from './store.ts';
import { selectLeafHashes, selectNewestCheckpoint, selectSpreadCheckpoints } from './tree-store.ts';

const groupSize = 1_000;
const earlierMax = 256;

/**
 * The verifiable export, line by line (docs/formats/audit-log.md): all that was committed before it began. What was
 * changed in the database is exported as it stands there, so that whoever verifies sees it. Memory: one group of entries.
 */
export async function* exportEntries(
  database: Database,
  keys: LedgerKeys,
  sequencer: Sequencer,
  workspaceId: string,
): AsyncGenerator<string, void, undefined> {
  const changed = await findChange(sequencer, workspaceId);
  const entryKeys = await keys.forWorkspace(workspaceId);
  const key = logKey(workspaceId, entryKeys);
  const { note, size, earlier } = await database.withWorkspace(workspaceId, async (within) => {
    const newest = await selectNewestCheckpoint(within);
    const length = newest === null ? 0 : (sizeOf(newest, key) ?? (await countEntries(within, workspaceId)));
    return {
      note: newest === null ? '' : (await addCosignatures(within, { size: length, note: newest })).note,
      size: length,
      earlier: await earlierCheckpoints(within, key, length),
    };
  });
  yield line({
    format: exportFormat,
    origin: originOf(workspaceId),
    key: printVerifierKey(key),
    checkpoint: note,
    earlier,
  });
  for (let after = 0; after < size; after += groupSize) {
    const until = Math.min(size, after + groupSize);
    const { rows, hashes } = await database.withWorkspace(workspaceId, async (within) => ({
      rows: await selectRange(within, workspaceId, { after, until, rowsMax: groupSize }),
      hashes: await selectLeafHashes(within, after, until),
    }));
    for (const row of rows) {
      const signed = hashes[row.position - after - 1] ?? Buffer.alloc(hashSizeBytes);
      yield line(await exportEntry(entryKeys, row, signed));
    }
  }
  // What can't be put into the tree of a changed log is shown too; whoever verifies sees that nothing covers it.
  if (changed) yield* exportUncovered(database, entryKeys, workspaceId, size);
  yield line({ end: size });
}

/** Evenly spread, and of each witness the newest that it signed, so that the file shows how far it has seen; smallest first. */
async function earlierCheckpoints(within: Transaction<Tables>, key: VerifierKey, size: number): Promise<string[]> {
  const cosigned = (await newestCosigned(within, key, size)).filter((one) => one.size < size);
  const spread = await selectSpreadCheckpoints(within, size, earlierMax);
  const others = spread.filter((one) => !cosigned.some((other) => other.size === one.size));
  return [...others, ...cosigned].toSorted((one, other) => one.size - other.size).map(({ note }) => note);
}

/** True for a log that was changed from outside: it is exported all the same, since that is when it is needed most. */
async function findChange(sequencer: Sequencer, workspaceId: string): Promise<boolean> {
  return sequencer.sequence(workspaceId).then(
    () => false,
    (error: unknown) => {
      if (error instanceof ProblemError && error.code === 'ledger/integrity_lost') return true;
      throw error;
    },
  );
}

async function* exportUncovered(
  database: Database,
  keys: EntryKeys,
  workspaceId: string,
  size: number,
): AsyncGenerator<string, void, undefined> {
  let after = size;
  for (;;) {
    const span = { after, until: Number.MAX_SAFE_INTEGER, rowsMax: groupSize };
    const rows = await database.withWorkspace(workspaceId, (within) => selectRange(within, workspaceId, span));
    for (const row of rows) yield line(await exportEntry(keys, row, Buffer.alloc(hashSizeBytes)));
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.position;
  }
}

/** null for a note that is not ours: it may say any size, so as many places are shown as there are entries; whoever verifies refuses it. */
function sizeOf(note: string, key: Parameters<typeof openCheckpoint>[1]): number | null {
  try {
    return openCheckpoint(note, key).size;
  } catch {
    return null;
  }
}

export async function exportEntry(keys: EntryKeys, row: StoredEntry, leafHash: Uint8Array): Promise<ExportEntry> {
  const fields = await keys.open(row.id, row).then(
    (plaintext) => openContent(plaintext).fields,
    (error: unknown) => {
      // A key that is away for now would make every entry look redacted.
      if (error instanceof ProblemError && error.code === 'vault/key_unavailable') throw error;
      return { hash: Buffer.from(row.fieldsHash).toString('hex') };
    },
  );
  return {
    position: row.position,
    id: row.id,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    commitment: Buffer.from(row.commitment).toString('hex'),
    sealedHash: sha256(row.sealed).toString('hex'),
    leafHash: Buffer.from(leafHash).toString('hex'),
    fields,
  };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
