import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cosign,
  describeCertificate,
  parseNote,
  printCertificate,
  printNote,
  printVerifierKey,
  verifyCertificate,
} from '../index.ts';
import { isSparseJson } from './is-sparse-json.ts';
import { forge, logKey, pending, signing, subject, tell, testOrigin, unsignedOf } from './test-certificate.ts';

const parts = await tell({ more: 3 });
const text = printCertificate(parts, signing.privateKey);
const pendingText = printCertificate(pending(parts), signing.privateKey);
const unreadable = expect.objectContaining({ code: 'merkle-log/bad_certificate' });

/** Refused, or no certificate at all. */
function isNoticed(changed: string): boolean {
  try {
    return !verifyCertificate(changed).ok;
  } catch {
    return true;
  }
}

describe('a certificate', () => {
  test('verifies, with the key that one knows and with its own', () => {
    expect(verifyCertificate(text, logKey)).toMatchObject({ ok: true, problems: [], size: 11, notCompared: [] });
    expect(verifyCertificate(text)).toMatchObject({ ok: true, key: printVerifierKey(logKey) });
  });

  test('that is pending holds, and never reads as final', () => {
    const { ok, certificate } = verifyCertificate(pendingText, logKey);
    expect([ok, certificate.erasure]).toMatchObject([true, { status: 'pending', finalAt: null }]);
    const page = describeCertificate(certificate).join('\n');
    expect(page).toContain('PENDING, not final');
    expect(page).not.toMatch(/final since|^Final/m);
  });

  test('says what, whose, when, how many keys, and where copies lay', () => {
    expect(describeCertificate(verifyCertificate(text).certificate).slice(0, -1)).toEqual([
      `erased: person ${subject}`,
      'asked for: 2026-03-04T00:00:04.000Z',
      'status: final since 2026-03-04T00:00:08.000Z',
      'keys destroyed: 2 (question: 1, audit entries: 1)',
      'copy: embedded database, write-ahead log, gone since 2026-03-04T05:06:07.000Z',
      'copy: nightly backup, not known to be gone',
      `log: ${testOrigin}`,
    ]);
  });

  test('may carry lines of witnesses under its checkpoint', () => {
    const note = parseNote(parts.checkpoint);
    const witness = cosign(note.text, 'witness.example', generateKeyPairSync('ed25519').privateKey, new Date(0));
    const checkpoint = printNote({ ...note, signatures: [...note.signatures, witness] });
    const witnessed = printCertificate({ ...parts, checkpoint }, signing.privateKey);
    expect(verifyCertificate(witnessed, logKey)).toMatchObject({ ok: true, certificate: { checkpoint } });
  });

  test('is a page: a line for what people read, one for an entry with its proof', () => {
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '{',
      '  "format": "strongroom-erasure-certificate/v1",',
      `  "origin": "${testOrigin}",`,
    ]);
    expect(lines.filter((line) => line.includes('"proof":['))).toHaveLength(7);
    expect(lines.length).toBeLessThan(60);
    expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(verifyCertificate(text).certificate));
  });

  test('shows nothing that its maker was given beside the format, in whatever order it was', () => {
    const [object] = parts.objects;
    const entry = { ...Object.fromEntries(Object.entries(parts.request.entry).toReversed()), planted: 1 };
    const given = { ...parts, planted: 1, objects: [{ ...object, planted: 1 }], request: { ...parts.request, entry } };
    const printed = printCertificate(given as unknown as typeof parts, signing.privateKey);
    expect(printed).not.toContain('planted');
    expect(verifyCertificate(printed, logKey).ok).toBe(true);
  });

  test('is not made of parts that could not be read', () => {
    for (const copies of [[{ place: 'a\u202eb', goneAt: null }], [{ place: 'a', goneAt: '2026' }]])
      expect(() => printCertificate({ ...parts, copies }, signing.privateKey)).toThrow(unreadable);
  });
});

describe('a change of a certificate is noticed', () => {
  test('of any one byte, at every position', () => {
    const small = { ...parts, objects: parts.objects.slice(0, 1) };
    const bytes = Buffer.from(printCertificate(small, signing.privateKey));
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      // The lowest bit: a digit stays a digit and a letter a letter, so that most of it can still be read.
      changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      expect(isNoticed(changed.toString()), `byte ${at} of ${bytes.length}`).toBe(true);
    }
  });

  test('of any length and kind', () => {
    const place = fc.nat(text.length);
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(' ', '\n', '\r', ',', '{}', '"a": 1,\n  '),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(place, fc.nat(300), piece, (at, removed, added) => {
        const whole = at % 2 === 0 ? text : pendingText;
        const changed = whole.slice(0, at) + added + whole.slice(at + removed);
        fc.pre(changed !== whole);
        expect(isNoticed(changed)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('also where it means the same: space, escapes, order, members twice, unknown or nested', () => {
    const value = JSON.parse(text) as Record<string, unknown>;
    const { origin, ...rest } = value;
    for (const changed of [
      JSON.stringify(value),
      JSON.stringify(value, null, 2),
      text.trimEnd(),
      `${text}\n`,
      `\ufeff${text}`,
      text.replaceAll('\n', '\r\n'),
      text.replace('person', '\\u0070erson'),
      text.replace('"position":1,', '"position":1.0,'),
      text.replace('  "origin"', '  "approvedBy": "eve",\n  "origin"'),
      text.replace('  "origin"', '  "origin": "strongroom/x",\n  "origin"'),
      text.replace('  "origin"', '  "__proto__": {},\n  "origin"'),
      text.replace('"status"', '"status": "pending",\n    "status"'),
      text.replace('"counts":', '"hidden":["",""],"counts":'),
      `${JSON.stringify({ ...rest, origin }, null, 2)}\n`,
    ]) {
      expect(changed).not.toBe(text);
      expect(() => verifyCertificate(changed), changed).toThrow(unreadable);
    }
  });

  test('a second signature line, or none, is refused', () => {
    const { signature } = verifyCertificate(text).certificate;
    const withLine = (line: string): string => text.replace(JSON.stringify(signature), JSON.stringify(line));
    const other = signature.replace(testOrigin, 'eve');
    for (const [line, problem] of [
      [signature + other, `the certificate is not signed by \`${testOrigin}\``],
      [signature + signature, `the certificate is not signed by \`${testOrigin}\``],
      ['', 'the signature of the certificate: the note has no readable signatures'],
      ['x\n', 'the signature of the certificate: a signature line is not readable'],
    ] as const)
      expect(verifyCertificate(withLine(line)).problems).toEqual([problem]);
  });
});

describe('a hostile file', () => {
  test('is refused with a sentence, whatever its JSON is', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(() => verifyCertificate(json)).toThrow(unreadable);
      }),
    );
    const shape = Object.fromEntries(Object.keys(JSON.parse(text) as object).map((name) => [name, fc.jsonValue()]));
    const format = fc.constant('strongroom-erasure-certificate/v1');
    fc.assert(
      fc.property(fc.record({ ...shape, format }), (value) => {
        expect(() => verifyCertificate(JSON.stringify(value))).toThrow(unreadable);
      }),
    );
  });

  test('can not fill the memory: deeper or denser than a certificate it is not parsed at all', () => {
    const sparse = (json: string): boolean => isSparseJson(json, 7, 8);
    expect([text, pendingText, '[[[[[[["[[[["]]]]]]]', '"\\"[[[[[[[["'].map(sparse)).toEqual([true, true, true, true]);
    for (const dense of ['[[[[[[[[]]]]]]]]', `[${'[],'.repeat(1000)}[]]`, `[${'1,'.repeat(1000)}1]`, '{"a":'.repeat(8)])
      expect(sparse(dense), dense).toBe(false);
    expect(() => verifyCertificate('['.repeat(64 * 1024 * 1024))).toThrow(unreadable);
    expect(() => verifyCertificate(' '.repeat(64 * 1024 * 1024 + 1))).toThrow(/larger/);
  });

  test('that names no key of a log is refused, and one with more objects than there may be', () => {
    expect(() => verifyCertificate(forge({ ...unsignedOf(parts), key: 'no key' }))).toThrow(
      expect.objectContaining({ code: 'merkle-log/bad_key' }),
    );
    expect(verifyCertificate(forge({ ...unsignedOf(parts), key: 'no key' }), logKey).problems).toEqual([
      'the certificate names another key than the one you gave',
    ]);
    const many = { ...parts, objects: Array.from({ length: 200_001 }, () => parts.objects[0]) } as typeof parts;
    expect(() => printCertificate(many, signing.privateKey)).toThrow(/200000 objects at most/);
  });
});
