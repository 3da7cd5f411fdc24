import { encodeLeaf, hashField, hashFields, sealedFields } from '../entry-leaf.ts';
import { hashLeaf } from '../tree-hash.ts';
import type { ExportEntry } from './export-lines.ts';

/** The leaf's hash as it follows from what the line shows, not as the line states it. */
export function leafOf(entry: ExportEntry): Buffer {
  const { fields } = entry;
  const fieldsHash =
    'hash' in fields
      ? Buffer.from(fields.hash, 'hex')
      : hashFields(
          sealedFields.map((name) => hashField(name, Buffer.from(fields[name][0], 'base64'), fields[name][1])),
        );
  return hashLeaf(
    encodeLeaf({
      ...entry,
      commitment: Buffer.from(entry.commitment, 'hex'),
      sealedHash: Buffer.from(entry.sealedHash, 'hex'),
      fieldsHash,
    }),
  );
}
