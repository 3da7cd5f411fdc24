import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { openPromise, signPromise } from './promise.ts';
import { verifierKey } from './verifier-key.ts';

const origin = 'strongroom/0190b3c8-0000-7000-8000-000000000000';
const [log, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const key = verifierKey(origin, 'log', log.publicKey);
const leafHash = randomBytes(32);
const promise = signPromise(origin, { position: 7, leafHash }, log.privateKey);
const refused = expect.objectContaining({ code: 'merkle-log/bad_promise' });

test('a promise says which leaf the log will hold at which place', () => {
  expect(openPromise(promise, key)).toEqual({ position: 7, leafHash });
});

test('a promise of another key, of another log, or with any one character changed is refused', () => {
  expect(() => openPromise(promise, verifierKey(origin, 'log', other.publicKey))).toThrow(refused);
  expect(() => openPromise(promise, verifierKey(`${origin}x`, 'log', log.publicKey))).toThrow(refused);
  expect(() => openPromise(promise, verifierKey(origin, 'witness', log.publicKey))).toThrow(refused);
  for (const [at, character] of Array.from(promise).entries()) {
    const changed = promise.slice(0, at) + String.fromCharCode(character.charCodeAt(0) ^ 1) + promise.slice(at + 1);
    expect(() => openPromise(changed, key), String(at)).toThrow(refused);
  }
});

test('a promise is no checkpoint, and a checkpoint no promise', () => {
  const checkpoint = signCheckpoint({ origin, size: 7, root: leafHash }, log.privateKey);
  expect(() => openPromise(Buffer.from(checkpoint).toString('base64'), key)).toThrow(refused);
  expect(() => openCheckpoint(Buffer.from(promise, 'base64').toString(), key)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^merkle-log\//) as string }),
  );
});
