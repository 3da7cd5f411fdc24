import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { cosign } from '../cosignature.ts';
import { printSignature } from '../signed-note.ts';
import { verifierKey } from '../verifier-key.ts';
import { printCosignRequest, readCosignAnswer } from './request-cosignature.ts';

const text = 'log.example\n3\nAAAA\n';
const [own, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const key = verifierKey('w.example', 'witness', own.publicKey);
const at = new Date('2026-03-04T05:06:07Z');
const line = printSignature(cosign(text, 'w.example', own.privateKey, at));
const foreign = printSignature(cosign(text, 'w.example', other.privateKey, at));
const read = (status: number, body: string) => readCosignAnswer({ status, body: Buffer.from(body) }, { text }, key);

test('a request is the old size, the proof, an empty line and the note', () => {
  expect(printCosignRequest(2, [Buffer.alloc(3), Buffer.of(1, 2, 3)], 'note')).toBe('old 2\nAAAA\nAQID\n\nnote');
  expect(printCosignRequest(0, [], 'note')).toBe('old 0\n\nnote');
});

test('a cosignature is the line of the key that was given, among whatever others', () => {
  expect(read(200, line)).toEqual({ kind: 'cosigned', line, at });
  expect(read(200, foreign + line)).toEqual({ kind: 'cosigned', line, at });
});

test('an answer that shows nothing is a refusal in our own words', () => {
  const spoilt = printSignature(cosign(`${text}x\n`, 'w.example', own.privateKey, at));
  for (const [status, body] of [
    [200, ''],
    [200, 'planted'],
    [200, foreign],
    [200, spoilt],
    [200, line + spoilt],
    [200, line.trimEnd()],
    [201, line],
    [307, line],
    [403, 'planted'],
    [404, 'planted'],
    [409, '7'],
    [409, '07\n'],
    [409, '-7\n'],
    [409, '7\n7\n'],
    [409, '9007199254740993\n'],
    [503, 'planted'],
  ] as const) {
    const answer = read(status, body);
    expect(answer.kind, `${status} ${body}`).toBe('refused');
    expect(JSON.stringify(answer)).not.toContain('planted');
  }
});

test('a conflict names the size, and an unproven one nothing', () => {
  expect(read(409, '7\n')).toEqual({ kind: 'conflict', size: 7 });
  expect(read(409, '0\n')).toEqual({ kind: 'conflict', size: 0 });
  expect(read(422, 'whatever')).toEqual({ kind: 'unproven' });
});
