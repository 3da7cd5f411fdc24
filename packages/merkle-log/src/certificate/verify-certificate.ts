import type { Checkpoint } from '../checkpoint.ts';
import { LogError } from '../errors.ts';
import { compareHeld, openOrTell } from '../export/compare-held.ts';
import { leafOf } from '../export/leaf-of-entry.ts';
import { equal } from '../verify-consistency.ts';
import { verifyInclusion } from '../verify-inclusion.ts';
import { parseVerifierKey, printVerifierKey, type VerifierKey } from '../verifier-key.ts';
import type { Certificate, ShownEntry } from './certificate.ts';
import { birthOf, checkActs, destructionOf, endName, epochsName, requestName, type Tell } from './check-acts.ts';
import { parseCertificate } from './read-certificate.ts';
import { isCertificateSignedBy } from './sign-certificate.ts';

export type CertificateReport = {
  /** Nothing is wrong. INVARIANT: of a pending certificate it does not mean that the erasure is final; `erasure.status` says. */
  readonly ok: boolean;
  /** One sentence each; empty when all is well. */
  readonly problems: readonly string[];
  /** The public key it was checked with, as text. */
  readonly key: string;
  /** How many entries its checkpoint covers. */
  readonly size: number | null;
  /** Sizes of checkpoints given in `held` that could not be compared: only the log shows whether one goes on from the other. */
  readonly notCompared: readonly number[];
  readonly certificate: Certificate;
};

const problemsMax = 50;

/**
 * Checks, without any server, that the log shows what a certificate says. `key` and `held` as for `verifyExport`: without a
 * key the certificate's own word is taken. `text` is attacker-controlled; throws `merkle-log/bad_certificate`, or
 * `merkle-log/bad_key` for one that names no key. Memory: some times the text, which has 64 MiB at most.
 */
export function verifyCertificate(
  text: string,
  key: VerifierKey | null = null,
  held: readonly string[] = [],
): CertificateReport {
  const certificate = parseCertificate(text);
  const used = key ?? parseVerifierKey(certificate.key);
  const problems: string[] = [];
  // However many there are, no more are kept than are told.
  const tell: Tell = (problem) => void (problems.length < problemsMax && problems.push(problem));
  checkSignature(certificate, used, tell);
  const checkpoint = openOrTell(certificate.checkpoint, used, '', tell);
  if (checkpoint !== null) checkProofs(certificate, checkpoint, tell);
  checkActs(certificate, tell);
  const notCompared = compareHeld(checkpoint, held, used, tell);
  return {
    ok: problems.length === 0,
    problems,
    key: printVerifierKey(used),
    size: checkpoint?.size ?? null,
    notCompared,
    certificate,
  };
}

function checkSignature(certificate: Certificate, key: VerifierKey, tell: Tell): void {
  if (key.name !== certificate.origin) tell('the certificate is of another log than the key');
  else if (printVerifierKey(key) !== certificate.key) tell('the certificate names another key than the one you gave');
  try {
    if (!isCertificateSignedBy(certificate, key)) tell(`the certificate is not signed by \`${key.name}\``);
  } catch (error) {
    tell(`the signature of the certificate: ${sentenceOf(error)}`);
  }
}

function checkProofs(certificate: Certificate, { size, root }: Checkpoint, tell: Tell): void {
  for (const [name, { entry, proof }] of shownEntries(certificate)) {
    const leaf = Buffer.from(entry.leafHash, 'hex');
    if (!equal(leafOf(entry), leaf)) tell(`${name}: the entry was altered`);
    const path = proof.map((hash) => Buffer.from(hash, 'base64'));
    if (!verifyInclusion(entry.position - 1, size, leaf, root, path))
      tell(`${name}: the proof does not lead to the signed root of ${size} entries`);
  }
}

function* shownEntries({ objects, request, epochs, end }: Certificate): Generator<readonly [string, ShownEntry]> {
  yield [requestName, request];
  for (const [at, { birth, destruction }] of objects.entries()) {
    yield [birthOf(at), birth];
    yield [destructionOf(at), destruction];
  }
  if (epochs !== null) yield [epochsName, epochs];
  if (end !== null) yield [endName, end];
}

function sentenceOf(error: unknown): string {
  if (error instanceof LogError) return error.message;
  throw error;
}
