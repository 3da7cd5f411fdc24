import { isUtf8 } from 'node:buffer';
import { LogError } from '../errors.ts';
import { checkWitnesses } from '../export/check-witnesses.ts';
import { describeNotCompared } from '../export/compare-held.ts';
import { describeWitnessed, witnessedAt, type WitnessedBy } from '../export/witnessed-by.ts';
import { parseVerifierKey, type VerifierKey } from '../verifier-key.ts';
import type { VerifyReport } from '../verify-file.ts';
import { describeCertificate } from './describe-certificate.ts';
import { verifyCertificate } from './verify-certificate.ts';

/** `verifyCertificate` for the bytes of a file, as the report that people and scripts get. */
export function reportCertificate(
  bytes: Buffer,
  known: VerifierKey | null,
  held: readonly string[],
  asked: readonly VerifierKey[],
): VerifyReport {
  // Bytes that are no text would be read as the character that stands for them.
  if (!isUtf8(bytes)) throw new LogError('merkle-log/bad_certificate', 'the certificate is not text in UTF-8');
  const { problems, key, size, notCompared, certificate } = verifyCertificate(bytes.toString('utf8'), known, held);
  const witnesses = asked.map((witness): WitnessedBy => {
    const at = size === null ? null : witnessedAt(certificate.checkpoint, witness);
    return { name: witness.name, size: at === null ? null : size, at };
  });
  const { erasure, objects, origin } = certificate;
  const state = erasure.status === 'final' ? `final since ${erasure.finalAt}` : 'PENDING, not final';
  const count = objects.length === 1 ? '1 key' : `${objects.length} keys`;
  const unseen = witnesses
    .filter((witness) => witness.size === null)
    .map(({ name }) => `the checkpoint of the certificate is not signed by the witness \`${name}\``);
  const all = [...problems, ...unseen];
  checkWitnesses(asked, parseVerifierKey(key), (problem) => void all.push(problem));
  return {
    ok: all.length === 0,
    problems: all,
    key,
    summary: `erasure of ${erasure.kind} ${erasure.subject}, ${state}, ${count}, shown by ${size ?? '?'} entries of ${origin}${describeNotCompared(notCompared)}${describeWitnessed(witnesses)}`,
    witnesses,
    status: erasure.status,
    page: describeCertificate(certificate),
  };
}
