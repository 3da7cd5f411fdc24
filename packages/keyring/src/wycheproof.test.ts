import { createSecretKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedData } from '@strongroom/testkit';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, nonceSizeBytes } from './aes-gcm.ts';
import { hkdf } from './derive-key.ts';
import { unwrapKey, wrapKey } from './wrap-key.ts';

type Vector = { tcId: number; result: 'valid' | 'invalid' | 'acceptable' } & Record<string, string>;
type Group = { keySize: number; ivSize: number; tests: Vector[] };

const folder = sharedData('wycheproof');
const hex = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'hex');
const secret = (text: string | undefined) => createSecretKey(hex(text));

async function groups(name: string): Promise<Group[]> {
  if (folder === null) return [];
  return (JSON.parse(await readFile(join(folder, name), 'utf8')) as { testGroups: Group[] }).testGroups;
}

describe.skipIf(folder === null)('Wycheproof', () => {
  test('AES-256-GCM: every valid vector opens and seals alike, every invalid one and every other nonce size is refused', async () => {
    let seen = 0;
    for (const group of (await groups('aes_gcm_test.json')).filter(({ keySize }) => keySize === 256)) {
      for (const vector of group.tests) {
        const { key, iv, aad, msg, ct, tag } = vector;
        const open = (): Buffer => Buffer.concat(decrypt(secret(key), hex(iv), hex(aad), [hex(ct)], hex(tag)));
        if (vector.result === 'valid' && group.ivSize === nonceSizeBytes * 8) {
          expect(open().toString('hex'), `test ${vector.tcId}`).toBe(msg);
          const sealed = encrypt(secret(key), hex(iv), hex(aad), [hex(msg)]);
          expect([Buffer.concat(sealed.body).toString('hex'), sealed.tag.toString('hex')]).toEqual([ct, tag]);
        } else expect(open, `test ${vector.tcId}`).toThrow(expect.objectContaining({ code: 'vault/unreadable' }));
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(100);
  });

  test('AES-256 key wrap: every valid 256-bit key unwraps and wraps alike, everything else is refused', async () => {
    let seen = 0;
    for (const group of (await groups('aes_wrap_test.json')).filter(({ keySize }) => keySize === 256)) {
      for (const vector of group.tests) {
        const unwrap = (): Buffer => unwrapKey(secret(vector.key), hex(vector.ct)).export();
        if (vector.result === 'valid' && hex(vector.msg).length === 32) {
          expect(unwrap().toString('hex'), `test ${vector.tcId}`).toBe(vector.msg);
          expect(wrapKey(secret(vector.key), secret(vector.msg)).toString('hex')).toBe(vector.ct);
        } else expect(unwrap, `test ${vector.tcId}`).toThrow(expect.objectContaining({ code: 'vault/unreadable' }));
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(60);
  });

  test('HKDF-SHA256: every valid vector is met, every impossible size is refused', async () => {
    let seen = 0;
    for (const vector of (await groups('hkdf_sha256_test.json')).flatMap((group) => group.tests)) {
      const { ikm, salt, info, okm } = vector;
      const derive = (): Buffer => hkdf(secret(ikm), hex(salt), hex(info), Number(vector.size));
      if (vector.result === 'valid') expect(derive().toString('hex'), `test ${vector.tcId}`).toBe(okm);
      else expect(derive, `test ${vector.tcId}`).toThrow();
      seen += 1;
    }
    expect(seen).toBe(86);
  });
});
