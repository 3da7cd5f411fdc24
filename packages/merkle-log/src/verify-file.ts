import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { certificateSizeMax } from './certificate/certificate.ts';
import { reportCertificate } from './certificate/report-certificate.ts';
import { LogError } from './errors.ts';
import { describeNotCompared } from './export/compare-held.ts';
import { splitLines } from './export/split-lines.ts';
import { verifyEntryProof } from './export/verify-entry-proof.ts';
import { verifyExport } from './export/verify-export.ts';
import { describeWitnessed, type WitnessedBy } from './export/witnessed-by.ts';
import { isReceipt, verifyReceipt } from './receipt/verify-receipt.ts';
import { parseVerifierKey, parseWitnessKey, type VerifierKey } from './verifier-key.ts';

/** What a person asks of the verifier: files they hold, and what they know already. */
export type VerifyRequest = {
  readonly kind: 'ledger' | 'receipt' | 'certificate';
  readonly file: string;
  /** The log's public key as text; without it the file's own word is taken. */
  readonly key?: string | undefined;
  /** Files with checkpoints kept from earlier. */
  readonly checkpoints?: readonly string[];
  /** Files with promises, one a line: the log must hold what was promised. Only of a ledger. */
  readonly promises?: readonly string[];
  /** Public keys of witnesses as text: each must have signed what is checked. */
  readonly witnesses?: readonly string[];
};

export type VerifyReport = {
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** What was checked, in a sentence; and, where no key was given, what is left to compare. */
  readonly summary: string;
  readonly key: string;
  /** Only of a certificate. `ok` and `pending`: it holds, and what it shows is not final. */
  readonly status?: 'pending' | 'final';
  /** Only of a certificate, and of a receipt of what was sent: what it says, a line each. */
  readonly page?: readonly string[];
  readonly witnesses: readonly WitnessedBy[];
};

const proofSizeMax = 1024 * 1024;
/** With what was sent in it, and what came back. */
const receiptSizeMax = 64 * 1024 * 1024;
/** Of a file to which every call of a program adds one. */
const promisesSizeMax = 64 * 1024 * 1024;

/** Checks a file without any server. Throws `LogError` when the file is not what it should be or can't be read. */
export async function verifyFile({
  kind,
  file,
  key,
  checkpoints = [],
  promises: promiseFiles = [],
  witnesses: trusted = [],
}: VerifyRequest): Promise<VerifyReport> {
  const known = key === undefined ? null : parseVerifierKey(key);
  const asked = trusted.map(parseWitnessKey);
  const held = await Promise.all(checkpoints.map((name) => readText(name)));
  if (kind !== 'ledger' && promiseFiles.length > 0)
    throw new LogError('merkle-log/bad_promise', 'promises are about the log: check an export of it with them');
  if (kind === 'ledger') {
    const promises: string[] = [];
    for (const name of promiseFiles)
      for (const promise of promisesIn(await readText(name, promisesSizeMax), name)) promises.push(promise);
    await readable(file);
    return verifyLedger(createReadStream(file), { key: known, held, promises, witnesses: asked });
  }
  if (kind === 'certificate') {
    if ((await readable(file)) > certificateSizeMax)
      throw new LogError('merkle-log/bad_certificate', 'the file is too large for a certificate');
    return reportCertificate(await readFile(file), known, held, asked);
  }
  const text = await readText(file, receiptSizeMax);
  if (isReceipt(text)) return reportReceipt(text, known, asked, held);
  const report = verifyEntryProof(text, known, asked, held);
  const { ok, problems, entry, origin, size, key: own, witnesses, notCompared } = report;
  const place = `entry ${entry.position} of ${size ?? '?'} of ${origin}`;
  const what = `${entry.action}, ${entry.outcome}, ${entry.at}`;
  const rest = `${describeNotCompared(notCompared)}${describeWitnessed(witnesses)}`;
  return { ok, problems, key: own, witnesses, summary: `${place}: ${what}${rest}` };
}

/** A receipt of what was sent to a model. */
function reportReceipt(
  text: string,
  known: VerifierKey | null,
  asked: readonly VerifierKey[],
  held: readonly string[],
): VerifyReport {
  const { ok, problems, lines, proofs } = verifyReceipt(text, known, asked, held);
  const [first] = proofs;
  if (first === undefined) throw new LogError('merkle-log/bad_proof', 'this is not a receipt of what was sent');
  const { origin, key, witnesses, notCompared } = first;
  const positions = proofs.map(({ entry }) => entry.position).join(', ');
  const rest = `${describeNotCompared(notCompared)}${describeWitnessed(witnesses)}`;
  const summary = `${ok ? 'what was sent and came back is what it says' : 'a receipt of what was sent'}: entries ${positions} of ${origin}${rest}`;
  return { ok, problems, key, witnesses, page: lines, summary };
}

/** The same for the bytes of an export, wherever they come from. `held`: checkpoints kept from earlier. */
export async function verifyLedger(
  bytes: AsyncIterable<Uint8Array>,
  known: {
    key: VerifierKey | null;
    held: readonly string[];
    promises: readonly string[];
    witnesses: readonly VerifierKey[];
  },
): Promise<VerifyReport> {
  const report = await verifyExport(splitLines(bytes), known);
  const { ok, problems, key, size, origin, closed, witnesses } = report;
  const shown = closed === 0 ? '' : `, ${closed} of them without their fields`;
  const { length: count } = known.promises;
  const promised = count === 0 ? '' : `; compared with ${count} ${count === 1 ? 'promise' : 'promises'} that you hold`;
  return {
    ok,
    problems,
    key,
    witnesses,
    summary: `${size} entries of ${origin}${shown}${promised}${describeWitnessed(witnesses)}`,
  };
}

/** The word that a report begins with. A pending certificate never gets the one of what is settled. */
export function verdictOf({ ok, status }: VerifyReport): 'OK' | 'PENDING' | 'NOT OK' {
  if (!ok) return 'NOT OK';
  return status === 'pending' ? 'PENDING' : 'OK';
}

/** A file of promises, one a line. Throws `merkle-log/bad_promise` where there is none: nothing would be compared, and nobody told. */
export function promisesIn(text: string, name: string): string[] {
  const promises = text.split(/\s+/).filter((line) => line !== '');
  if (promises.length === 0) throw new LogError('merkle-log/bad_promise', `\`${name}\` holds no promise`);
  return promises;
}

/** Bytes that are no text would be read as the character that stands for them, and that one may have been hashed. */
async function readText(file: string, sizeMax = proofSizeMax): Promise<string> {
  if ((await readable(file)) > sizeMax) throw new LogError('merkle-log/bad_proof', 'the file is too large');
  const bytes = await readFile(file);
  if (!isUtf8(bytes)) throw new LogError('merkle-log/bad_proof', `\`${file}\` is not text in UTF-8`);
  return bytes.toString('utf8');
}

async function readable(file: string): Promise<number> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new LogError('merkle-log/bad_export', `\`${file}\` can't be read`);
  return found.size;
}
