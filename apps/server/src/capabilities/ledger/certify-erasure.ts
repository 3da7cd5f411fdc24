import { type CertificateParts, openCheckpoint, printCertificate, type ShownEntry } from '@strongroom/merkle-log';
import type { Database } from '#platform/database';
import { integrityLost, notFound, pending } from './errors.ts';
import { exportEntry } from './export-entries.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { mostWitnessed, provePath } from './prove-entry.ts';
import { logKey, originOf, type Sequencer } from './sequence-entries.ts';
import { selectEntriesById } from './store.ts';
import { selectLeafHashes, selectNewestCheckpoint } from './tree-store.ts';

/** What a certificate is about, each entry named by its id. */
export type ErasureRecord = Pick<CertificateParts, 'erasure' | 'copies'> & {
  readonly objects: readonly {
    readonly id: string;
    readonly what: string;
    readonly commitment: string;
    readonly birthEntry: string;
    readonly destructionEntry: string;
  }[];
  readonly requestEntry: string;
  readonly epochsEntry: string | null;
  readonly endEntry: string | null;
};

/**
 * A certificate of deletion as text (docs/formats/erasure-certificate.md): every entry with its proof, all to one checkpoint.
 * Throws `ledger/not_found` (404) when an entry is missing, `ledger/pending` (503), `ledger/integrity_lost` (503).
 */
export async function certifyErasure(
  database: Database,
  keys: LedgerKeys,
  sequencer: Sequencer,
  workspaceId: string,
  record: ErasureRecord,
): Promise<string> {
  await sequencer.sequence(workspaceId);
  const entryKeys = await keys.forWorkspace(workspaceId);
  const ids = [
    ...record.objects.flatMap(({ birthEntry, destructionEntry }) => [birthEntry, destructionEntry]),
    ...[record.requestEntry, record.epochsEntry, record.endEntry].filter((id) => id !== null),
  ];
  const { size, note, rows } = await database.withWorkspace(workspaceId, async (within) => {
    const newest = await selectNewestCheckpoint(within);
    if (newest === null) throw notFound();
    const key = logKey(workspaceId, entryKeys);
    const entries = await selectEntriesById(within, [...new Set(ids)]);
    // Not as arguments of one call: there may be more than a stack holds.
    const last = entries.reduce((most, { position }) => Math.max(most, position), 0);
    const signed = openCheckpoint(newest, key).size;
    if (last > signed) throw pending(last);
    const { size, note } = await mostWitnessed(within, key, last, { size: signed, note: newest });
    const found = [];
    for (const row of entries) {
      const [leafHash] = await selectLeafHashes(within, row.position - 1, row.position);
      if (leafHash == null) throw integrityLost('a part of its tree is missing');
      found.push({ row, leafHash });
    }
    return { size, note, rows: found };
  });
  const shown = new Map<string, ShownEntry>();
  for (const { row, leafHash } of rows) {
    const proof = await provePath(database, workspaceId, row.position, size);
    shown.set(row.id, {
      entry: await exportEntry(entryKeys, row, leafHash),
      proof: proof.map((hash) => hash.toString('base64')),
    });
  }
  const show = (id: string): ShownEntry => {
    const entry = shown.get(id);
    if (entry === undefined) throw notFound();
    return entry;
  };
  return printCertificate(
    {
      origin: originOf(workspaceId),
      erasure: record.erasure,
      checkpoint: note,
      objects: record.objects.map(({ birthEntry, destructionEntry, ...object }) => ({
        ...object,
        birth: show(birthEntry),
        destruction: show(destructionEntry),
      })),
      request: show(record.requestEntry),
      epochs: record.epochsEntry === null ? null : show(record.epochsEntry),
      end: record.endEntry === null ? null : show(record.endEntry),
      copies: record.copies,
    },
    entryKeys.signingKey,
  );
}
