import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { cosign, cosignedAt } from './cosignature.ts';
import { isSignedBy, parseNote, printNote, signNote } from './signed-note.ts';
import { emptyRoot } from './tree-hash.ts';
import { parseVerifierKey, printVerifierKey, verifierKey } from './verifier-key.ts';

const log = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const key = verifierKey('log.example/main', 'log', log.publicKey);
const root = emptyRoot();

/** Every note that differs from `note` in one bit of one byte. */
function* corruptions(note: string): Generator<string> {
  const bytes = Buffer.from(note);
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at);
    yield changed.toString();
  }
}

describe('keys and notes', () => {
  test('are those of the outside example: Go prints and signs the same', () => {
    // Key and note from the documentation of golang.org/x/mod/sumdb/note.
    const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
    const privateKey = createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const name = 'PeterNeumann';
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const signed = signNote(text, name, privateKey);
    expect(printVerifierKey(verifierKey(name, 'log', createPublicKey(privateKey)))).toBe(
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    );
    expect(signed.split('\n').at(-2)).toBe(
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
    );
  });

  test('a key survives being written down, and a mistyped one is refused', () => {
    const text = printVerifierKey(key);
    expect(printVerifierKey(parseVerifierKey(text))).toBe(text);
    for (const wrong of corruptions(text)) expect(() => parseVerifierKey(wrong), wrong).toThrow(/key/);
    for (const wrong of ['', 'a+b+c', `${text}${text}`]) expect(() => parseVerifierKey(wrong)).toThrow(/key/);
  });

  test('a name that would be shown as something else is no name of a key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    for (const name of ['log.example\u202e', 'log\u200bexample', 'log\u0007', 'log example', 'log+example', ''])
      expect(() => verifierKey(name, 'log', publicKey), name).toThrow(/name of a key/);
    expect(verifierKey('strongroom/größe', 'log', publicKey).name).toBe('strongroom/größe');
  });

  test('no note with a changed bit is taken for the one signed', () => {
    const note = signNote('log.example/main\n0\nx\n', 'log.example/main', log.privateKey);
    expect(isSignedBy(parseNote(note), key)).toBe(true);
    for (const wrong of corruptions(note)) {
      const accepted = (() => {
        try {
          return isSignedBy(parseNote(wrong), key);
        } catch {
          return false;
        }
      })();
      expect(accepted, JSON.stringify(wrong)).toBe(false);
    }
  });

  test('prints what it read', () => {
    const note = signNote('a\n\nb\n', 'x', log.privateKey);
    expect(printNote(parseNote(note))).toBe(note);
  });

  test('text without signatures, with control characters, or too long is no note', () => {
    for (const wrong of [
      '',
      'text\n',
      'text\n\n',
      'te\u0007xt\n\n\u2014 x AAAAAAAA\n',
      'te\ud800xt\n\n\u2014 x AAAAAAAA\n',
      `${'x'.repeat(70_000)}\n\n\u2014 x AAAAAAAA\n`,
    ])
      expect(() => parseNote(wrong)).toThrow(expect.objectContaining({ code: 'merkle-log/bad_note' }));
    expect(() => signNote('te\ud800xt\n', 'x', log.privateKey)).toThrow(/signed as a note/);
    expect(() => signNote('no line feed', 'x', log.privateKey)).toThrow(/signed as a note/);
  });
});

describe('a checkpoint', () => {
  const note = signCheckpoint({ origin: key.name, size: 0, root }, log.privateKey);

  test('opens with the key of its log and no other', () => {
    expect(openCheckpoint(note, key)).toEqual({ origin: key.name, size: 0, root });
    const foreign = verifierKey(key.name, 'log', other.publicKey);
    expect(() => openCheckpoint(note, foreign)).toThrow(expect.objectContaining({ code: 'merkle-log/not_signed' }));
  });

  test('of another origin is refused, even when signed with the right key', () => {
    const moved = signNote(`elsewhere\n0\n${root.toString('base64')}\n`, key.name, log.privateKey);
    expect(() => openCheckpoint(moved, key)).toThrow(/of another log/);
  });

  test('that is none is refused: a size that is no number, a root that is no hash', () => {
    for (const text of [
      'o\n-1\nAA==\n',
      'o\n01\nAA==\n',
      `o\n9007199254740993\n${root.toString('base64')}\n`,
      'o\n1\nAA==\n',
      `o\n0\n${Buffer.alloc(32).toString('base64')}\n`,
      'o\n',
    ]) {
      const bad = signNote(text, 'o', log.privateKey);
      expect(() => openCheckpoint(bad, verifierKey('o', 'log', log.publicKey))).toThrow(/not a checkpoint/);
    }
  });
});

describe('a cosignature', () => {
  const note = parseNote(signCheckpoint({ origin: key.name, size: 0, root }, log.privateKey));
  const at = new Date('2026-03-04T05:06:07Z');
  const witnessed = {
    ...note,
    signatures: [...note.signatures, cosign(note.text, 'witness.example', other.privateKey, at)],
  };
  const witness = verifierKey('witness.example', 'witness', other.publicKey);

  test('says when the witness saw the checkpoint', () => {
    expect(cosignedAt(witnessed, witness)).toEqual(at);
    expect(isSignedBy(witnessed, key)).toBe(true);
  });

  test('counts for no other text, key or time', () => {
    expect(cosignedAt({ ...witnessed, text: `${note.text}x\n` }, witness)).toBeNull();
    expect(cosignedAt(witnessed, verifierKey('witness.example', 'witness', log.publicKey))).toBeNull();
    expect(cosignedAt(note, witness)).toBeNull();
    const [, own] = witnessed.signatures;
    const bytes = Buffer.from(own?.bytes ?? []);
    bytes.writeUInt8(bytes.readUInt8(7) ^ 1, 7);
    expect(cosignedAt({ ...note, signatures: [{ name: witness.name, keyId: witness.id, bytes }] }, witness)).toBeNull();
  });
});
