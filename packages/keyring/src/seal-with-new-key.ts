import { createSecretKey, hash, type KeyObject } from 'node:crypto';
import { encrypt, nonceSizeBytes, tagSizeBytes } from './aes-gcm.ts';
import { encodeBinding, type Binding } from './binding.ts';
import { commitmentLabel } from './commit-to-key.ts';
import { fillRandom } from './random-bytes.ts';
import { sealedFormat } from './seal-bytes.ts';
import { keySizeBytes, wrapKeyBytes } from './wrap-key.ts';

const headSizeBytes = 1 + nonceSizeBytes;

/** An object with the key it alone is sealed under. */
export type SealedWithKey = { readonly sealed: Buffer; readonly wrappedKey: Buffer; readonly commitment: Buffer };

/**
 * For many small objects with a key each: what `newKey`, `sealBytes`, `wrapKey` under `wrapping` and `commitToKey` give together, for
 * less, since each key stays bytes until it is wiped.
 */
export function sealWithNewKey(wrapping: KeyObject): (binding: Binding, plaintext: Uint8Array) => SealedWithKey {
  const keyBytes = Buffer.alloc(keySizeBytes);
  const committed = Buffer.concat([commitmentLabel, keyBytes]);
  return (binding, plaintext) => {
    const sealed = Buffer.allocUnsafe(headSizeBytes + plaintext.length + tagSizeBytes);
    const nonce = sealed.subarray(1, headSizeBytes);
    fillRandom(keyBytes);
    fillRandom(nonce);
    committed.set(keyBytes, commitmentLabel.length);
    const { body, tag } = encrypt(createSecretKey(keyBytes), nonce, encodeBinding(sealedFormat, binding), [plaintext]);
    sealed.writeUInt8(sealedFormat, 0);
    sealed.set(body[0] ?? [], headSizeBytes);
    sealed.set(tag, headSizeBytes + plaintext.length);
    const wrappedKey = wrapKeyBytes(wrapping, keyBytes);
    const commitment = Buffer.from(hash('sha256', committed, 'binary'), 'binary');
    keyBytes.fill(0);
    committed.fill(0, commitmentLabel.length);
    return { sealed, wrappedKey, commitment };
  };
}
