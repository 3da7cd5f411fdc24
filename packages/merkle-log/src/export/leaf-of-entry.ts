import { encodeLeaf, hashField, hashFields, sealedFields } from '../entry-leaf.ts';
import { hashLeaf } from '../tree-hash.ts';
import type { ExportEntry } from './export-lines.ts';

/** The leaf's hash as it follows from what the line shows, not as the line states it. */
export function leafOf(entry: ExportEntry): Buffer {
  const { fields } = entry;
  const fieldsHash =
    'hash' in fields
      ? Buffer.from(fields.hash, 'hex')
      : hashFields(sealedFields.map((name) => hashField(name, ...fields[name])));
  return hashLeaf(
    encodeLeaf({
      id: entry.id,
      at: entry.at,
      action: entry.action,
      outcome: entry.outcome,
      commitment: Buffer.from(entry.commitment, 'hex'),
      sealedHash: Buffer.from(entry.sealedHash, 'hex'),
      fieldsHash,
    }),
  );
}
