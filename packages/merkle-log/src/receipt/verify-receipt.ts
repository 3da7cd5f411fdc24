import { hash } from 'node:crypto';
import { LogError } from '../errors.ts';
import { isObject } from '../export/export-lines.ts';
import { printsAs } from '../export/prints-as.ts';
import { type EntryProof, type EntryProofReport, parseProof, verifyEntryProof } from '../export/verify-entry-proof.ts';
import type { VerifierKey } from '../verifier-key.ts';

export const receiptFormat = 'strongroom-egress-receipt/v1';

/** One request to a model, and what came back. Bytes and the salt in base64. */
export type ReceiptExchange = {
  /** 32 bytes that only the asker's copy holds: without them nobody can test a guess against the log. */
  readonly salt: string;
  /** The body of the request, as it left. */
  readonly sent: string;
  /** The entry `egress.disclosed`, written before. */
  readonly disclosed: EntryProof;
  /** null when nothing came back, or whoever shows it left that out: it proves nothing. */
  readonly answer: {
    /** The body of the reply, as it came. */
    readonly received: string;
    /** The entry `egress.answered`. */
    readonly answered: EntryProof;
  } | null;
};

/** What was sent for one question, and the entries of the log that say so: docs/formats/egress-receipt.md. */
export type Receipt = { readonly format: typeof receiptFormat; readonly exchanges: readonly ReceiptExchange[] };

export type ReceiptReport = {
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** A line for each exchange. */
  readonly lines: readonly string[];
  /** Of every proof in it. */
  readonly proofs: readonly EntryProofReport[];
};

const saltSizeBytes = 32;
const exchangesMax = 16;

/**
 * The end of an entry's resource: the hash of a salt and what was sent, and of what came back for it. `salt` is 32 bytes, so that
 * nothing of a body can be counted to it.
 */
export function digestOfSent(salt: Uint8Array, sent: Uint8Array): string {
  return `sha256:${hash('sha256', Buffer.concat([salt, sent]), 'hex')}`;
}

export function digestOfAnswer(salt: Uint8Array, sent: Uint8Array, received: Uint8Array): string {
  return `${digestOfSent(salt, sent)} answered ${digestOfSent(salt, received)}`;
}

/** Whether a file calls itself a receipt of what was sent; of anything else no. */
export function isReceipt(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value['format'] === receiptFormat;
  } catch {
    return false;
  }
}

/**
 * Checks, without any server, that these very bytes are those that the log says left, and came back. `key`, `witnesses` and `held` as
 * for `verifyEntryProof`. `text` is attacker-controlled; throws `merkle-log/bad_proof`.
 */
export function verifyReceipt(
  text: string,
  key: VerifierKey | null = null,
  witnesses: readonly VerifierKey[] = [],
  held: readonly string[] = [],
): ReceiptReport {
  const { exchanges } = parseReceipt(text);
  const problems: string[] = [];
  const lines: string[] = [];
  const proofs: EntryProofReport[] = [];
  for (const [at, { salt, sent, disclosed, answer }] of exchanges.entries()) {
    const tell = (problem: string): void => void problems.push(`request ${at + 1}: ${problem}`);
    const check = (proof: EntryProof, action: string, digest: string): void => {
      const report = verifyEntryProof(JSON.stringify(proof), key, witnesses, held);
      proofs.push(report);
      report.problems.forEach(tell);
      if (report.entry.action !== action) tell(`its entry is not one of ${action}`);
      const resource = resourceOf(report);
      if (resource === null)
        tell(`the fields of its entry ${report.entry.position} were erased, so the bytes can't be compared`);
      else if (!resource.endsWith(` ${digest}`)) tell(`these are not the bytes of entry ${report.entry.position}`);
      else if (action === 'egress.disclosed')
        lines.push(`${size(sent)} sent to ${resource.slice(0, -digest.length - 1)}, ${report.entry.at}`);
    };
    const [saltBytes, sentBytes] = [bytesOf(salt), bytesOf(sent)];
    check(disclosed, 'egress.disclosed', digestOfSent(saltBytes, sentBytes));
    if (answer === null) {
      lines.push('what came back, if anything, is not in this receipt');
      continue;
    }
    check(answer.answered, 'egress.answered', digestOfAnswer(saltBytes, sentBytes, bytesOf(answer.received)));
    lines.push(`${size(answer.received)} came back, ${answer.answered.entry.at}`);
  }
  const logs = new Set(proofs.map((report) => `${report.origin} ${report.key}`));
  if (logs.size > 1) problems.push('its entries are of different logs');
  return { ok: problems.length === 0, problems, lines, proofs };
}

/** null when the key of the entry was destroyed. */
function resourceOf({ entry: { fields } }: EntryProofReport): string | null {
  if (!('resource' in fields)) return null;
  const resource: unknown = JSON.parse(fields.resource[1]);
  return typeof resource === 'string' ? resource : '';
}

function size(encoded: string): string {
  return `${bytesOf(encoded).length.toLocaleString('en-US')} bytes`;
}

function bytesOf(encoded: string): Buffer {
  return Buffer.from(encoded, 'base64');
}

function parseReceipt(text: string): Receipt {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && value['format'] === receiptFormat && Array.isArray(value['exchanges'])) {
      const all: readonly unknown[] = value['exchanges'];
      const exchanges = all.length > 0 && all.length <= exchangesMax ? all.map(parseExchange) : [];
      const read: Receipt = { format: receiptFormat, exchanges };
      if (exchanges.length > 0 && printsAs(text, read)) return read;
    }
  } catch {
    // Said below, without repeating the text.
  }
  throw new LogError('merkle-log/bad_proof', 'this is not a receipt of what was sent');
}

function parseExchange(value: unknown): ReceiptExchange {
  if (!isObject(value)) throw new TypeError('no exchange');
  const { salt, sent, disclosed, answer } = value;
  return {
    salt: base64(salt, saltSizeBytes),
    sent: base64(sent),
    disclosed: parseProof(JSON.stringify(disclosed)),
    answer: answer === null ? null : parseAnswer(answer),
  };
}

function parseAnswer(value: unknown): ReceiptExchange['answer'] {
  if (!isObject(value)) throw new TypeError('no answer');
  return { received: base64(value['received']), answered: parseProof(JSON.stringify(value['answered'])) };
}

/** As it is printed: bits beyond the bytes would be a change that nobody sees. */
function base64(value: unknown, sizeBytes?: number): string {
  if (typeof value !== 'string') throw new TypeError('no base64');
  const bytes = bytesOf(value);
  if (bytes.toString('base64') !== value || (sizeBytes !== undefined && bytes.length !== sizeBytes))
    throw new TypeError('no base64');
  return value;
}
