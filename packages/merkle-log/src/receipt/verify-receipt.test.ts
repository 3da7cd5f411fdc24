import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signCheckpoint } from '../checkpoint.ts';
import { leafOf } from '../export/leaf-of-entry.ts';
import { type EntryProof, entryProofFormat } from '../export/verify-entry-proof.ts';
import type { ExportEntry } from '../export/export-lines.ts';
import { hashNode } from '../tree-hash.ts';
import { printVerifierKey, verifierKey } from '../verifier-key.ts';
import { digestOfAnswer, digestOfSent, type Receipt, receiptFormat, verifyReceipt } from './verify-receipt.ts';

const origin = 'log.example/main';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const log = verifierKey(origin, 'log', publicKey);
const salt = randomBytes(32);
const sent = Buffer.from('{"messages":["how many?"]}');
const received = Buffer.from('{"choices":[]}');

function entryOf(position: number, action: string, resource: string): ExportEntry {
  const nothing = [`${'A'.repeat(43)}=`, 'null'] as const;
  const fields = {
    actor: nothing,
    session: nothing,
    address: nothing,
    requestId: nothing,
    resource: [nothing[0], JSON.stringify(resource)] as const,
    decision: nothing,
    counts: nothing,
  };
  const made: ExportEntry = {
    position,
    id: '0190b3c8-0000-7000-8000-000000000001',
    at: '2026-03-04T05:06:07.000Z',
    action,
    outcome: 'done',
    commitment: '11'.repeat(32),
    sealedHash: '22'.repeat(32),
    leafHash: '',
    fields,
  };
  return { ...made, leafHash: leafOf(made).toString('hex') };
}

/** A log of these two entries. */
function receiptOf(
  first = entryOf(1, 'egress.disclosed', `small at http://m ${digestOfSent(salt, sent)}`),
  second = entryOf(2, 'egress.answered', `small at http://m ${digestOfAnswer(salt, sent, received)}`),
): Receipt {
  const leaves = [first, second].map(leafOf);
  const root = hashNode(leaves[0] ?? Buffer.of(), leaves[1] ?? Buffer.of());
  const checkpoint = signCheckpoint({ origin, size: 2, root }, privateKey);
  const proofOf = (entry: ExportEntry, sibling: Uint8Array | undefined): EntryProof => ({
    format: entryProofFormat,
    origin,
    key: printVerifierKey(log),
    checkpoint,
    proof: [Buffer.from(sibling ?? []).toString('base64')],
    entry,
  });
  return {
    format: receiptFormat,
    exchanges: [
      {
        salt: salt.toString('base64'),
        sent: sent.toString('base64'),
        disclosed: proofOf(first, leaves[1]),
        answer: { received: received.toString('base64'), answered: proofOf(second, leaves[0]) },
      },
    ],
  };
}

type Exchange = Receipt['exchanges'][number];
const changed = (change: (exchange: Exchange) => Partial<Exchange>): string => {
  const receipt = receiptOf();
  const [exchange] = receipt.exchanges;
  if (exchange === undefined) throw new Error('no exchange');
  return JSON.stringify({ ...receipt, exchanges: [{ ...exchange, ...change(exchange) }] });
};
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

test('a receipt verifies, and says what left, where to, and what came back', () => {
  const report = verifyReceipt(JSON.stringify(receiptOf()), log);
  expect(report).toMatchObject({ ok: true, problems: [] });
  expect(report.lines).toEqual([
    '26 bytes sent to small at http://m, 2026-03-04T05:06:07.000Z',
    '14 bytes came back, 2026-03-04T05:06:07.000Z',
  ]);
  expect(verifyReceipt(JSON.stringify(receiptOf(), null, 2), log).ok).toBe(true);
});

test('a request without its reply verifies too, and says nothing of whether there was one: it may have been left out', () => {
  expect(verifyReceipt(changed(() => ({ answer: null }))).lines.at(-1)).toBe(
    'what came back, if anything, is not in this receipt',
  );
});

describe('it does not verify', () => {
  test('with any byte changed of what was sent, of what came back, or of the salt', () => {
    for (const [what, bytes] of [
      ['sent', sent],
      ['salt', salt],
    ] as const)
      for (let at = 0; at < bytes.length; at += 1) {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ 1;
        expect(
          verifyReceipt(
            changed(() => ({ [what]: base64(other) })),
            log,
          ).ok,
        ).toBe(false);
      }
    const answers = Array.from(received, (byte, at) => Buffer.from(received).fill(byte ^ 1, at, at + 1));
    for (const other of answers)
      expect(
        verifyReceipt(
          changed(({ answer }) => ({ answer: answer === null ? null : { ...answer, received: base64(other) } })),
          log,
        ).problems,
      ).toEqual(['request 1: these are not the bytes of entry 2']);
  });

  test.each<[string, Receipt, string]>([
    [
      'with an entry of another act',
      receiptOf(entryOf(1, 'query.released', `small at http://m ${digestOfSent(salt, sent)}`)),
      'its entry is not one of egress.disclosed',
    ],
    [
      'with a reply to another request',
      receiptOf(
        undefined,
        entryOf(2, 'egress.answered', `small ${digestOfAnswer(salt, Buffer.from('another'), received)}`),
      ),
      'these are not the bytes of entry 2',
    ],
    [
      'with a digest that only ends the same',
      receiptOf(entryOf(1, 'egress.disclosed', `small x${digestOfSent(salt, sent)}`)),
      'these are not the bytes of entry 1',
    ],
  ])('%s', (_, receipt, problem) => {
    expect(verifyReceipt(JSON.stringify(receipt), log).problems.join()).toContain(problem);
  });

  test('with an entry whose fields were erased, or altered, or under another key', () => {
    const { privateKey: _, publicKey: other } = generateKeyPairSync('ed25519');
    expect(verifyReceipt(JSON.stringify(receiptOf()), verifierKey(origin, 'log', other)).ok).toBe(false);
    const altered = JSON.stringify(receiptOf()).replace('http://m', 'http://n');
    expect(verifyReceipt(altered, log).problems.join()).toContain('the entry was altered');
  });
});

test.each([
  ['nothing', '{}'],
  ['no exchange', JSON.stringify({ format: receiptFormat, exchanges: [] })],
  [
    'too many exchanges',
    JSON.stringify({ format: receiptFormat, exchanges: Array.from({ length: 17 }, () => receiptOf().exchanges[0]) }),
  ],
  ['a salt of another length', changed(() => ({ salt: base64(randomBytes(31)) }))],
  ['bytes that print otherwise', changed(() => ({ sent: `${base64(sent)}=` }))],
  ['more than is checked', JSON.stringify({ ...receiptOf(), note: 'and this' })],
  ['a member twice', JSON.stringify(receiptOf()).replace('"salt":', '"salt":"","salt":')],
])('%s is no receipt', (_, text) => {
  expect(() => verifyReceipt(text, log)).toThrow('this is not a receipt of what was sent');
});
