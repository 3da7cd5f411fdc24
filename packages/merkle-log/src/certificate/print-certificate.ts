import { createPublicKey, type KeyObject } from 'node:crypto';
import { LogError } from '../errors.ts';
import { printVerifierKey, verifierKey } from '../verifier-key.ts';
import { certificateFormat, certificateNotes, type CertificateParts } from './certificate.ts';
import { printPage } from './print-page.ts';
import { readUnsigned } from './read-certificate.ts';
import { signCertificate } from './sign-certificate.ts';
import { verifyCertificate } from './verify-certificate.ts';

/**
 * Signs and prints a certificate. `signingKey`: the log's Ed25519 private key.
 * INVARIANT: nothing is handed out that its verifier refuses. Throws `merkle-log/bad_certificate` with what it would refuse.
 */
export function printCertificate(parts: CertificateParts, signingKey: KeyObject): string {
  const key = verifierKey(parts.origin, 'log', createPublicKey(signingKey));
  const unsigned = readUnsigned({
    ...parts,
    format: certificateFormat,
    key: printVerifierKey(key),
    note: certificateNotes[parts.erasure.status],
  });
  const text = printPage({ ...unsigned, signature: signCertificate(unsigned, signingKey) });
  const [problem] = verifyCertificate(text, key).problems;
  if (problem !== undefined) throw new LogError('merkle-log/bad_certificate', `not certified: ${problem}`);
  return text;
}
