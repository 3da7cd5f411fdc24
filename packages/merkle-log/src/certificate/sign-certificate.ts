import { hash, type KeyObject } from 'node:crypto';
import { isSignedBy, parseSignatures, printSignature, signNote, parseNote } from '../signed-note.ts';
import type { VerifierKey } from '../verifier-key.ts';
import { type Certificate, certificateFormat, type UnsignedCertificate } from './certificate.ts';

/** The signature line over a certificate, whatever it says: `printCertificate` signs only what holds. */
export function signCertificate(certificate: UnsignedCertificate, signingKey: KeyObject): string {
  const note = signNote(signedText(certificate), certificate.origin, signingKey);
  return parseNote(note).signatures.map(printSignature).join('');
}

/**
 * Whether the log's key signed it. Throws `merkle-log/bad_note` for a line that is no signature.
 * INVARIANT: one line, and the log's own: a line of somebody else could be changed without a trace.
 */
export function isCertificateSignedBy({ signature, ...unsigned }: Certificate, key: VerifierKey): boolean {
  const signatures = parseSignatures(signature);
  return signatures.length === 1 && isSignedBy({ text: signedText(unsigned), signatures }, key);
}

/** A note that names the hash of the certificate's JSON: notes are short, certificates are not. */
function signedText(certificate: UnsignedCertificate): string {
  return `${certificateFormat}\n${hash('sha256', JSON.stringify(certificate), 'hex')}\n`;
}
