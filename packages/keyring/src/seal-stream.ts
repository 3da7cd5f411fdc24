import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { decrypt, encrypt, nonceSizeBytes, tagSizeBytes } from './aes-gcm.ts';
import { encodeBinding, type Binding } from './binding.ts';
import { hkdf } from './derive-key.ts';
import { unreadable } from './errors.ts';
import { repage } from './repage.ts';

/** First byte of a sealed object in pages, docs/formats/sealed-object.md. */
const format = 0x02;
const saltSizeBytes = 32;
const headerSizeBytes = 1 + saltSizeBytes;
const pageSizeBytes = 64 * 1024;

/**
 * Seals a stream in 64 KiB pages: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), page number and
 * last-page flag in the nonce, so that pages can't be dropped, reordered, repeated or cut off. Yields pieces of any size. Memory: one page.
 * Nothing is copied that need not be: whoever gave a piece must not change it afterwards.
 */
export async function* sealStream(
  dataKey: KeyObject,
  binding: Binding,
  plaintext: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const salt = randomBytes(saltSizeBytes);
  const associated = encodeBinding(format, binding);
  const key = streamKey(dataKey, salt, associated);
  yield Buffer.concat([Buffer.of(format), salt]);
  let index = 0;
  for await (const { parts, last } of repage(plaintext, pageSizeBytes)) {
    const { body, tag } = encrypt(key, pageNonce(index, last), associated, parts);
    for (const piece of body) yield piece;
    yield tag;
    index += 1;
  }
}

/**
 * Inverse of `sealStream`. A page is yielded only after its tag holds, but truncation is known only at the end:
 * INVARIANT: consumers act on the whole only after the iterator has ended without throwing.
 * Throws `vault/unreadable` at the first byte that differs.
 */
export async function* openStream(
  dataKey: KeyObject,
  binding: Binding,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const associated = encodeBinding(format, binding);
  let key: KeyObject | null = null;
  let index = 0;
  for await (const { parts, last } of repage(sealed, pageSizeBytes + tagSizeBytes, headerSizeBytes)) {
    if (key === null) {
      const header = Buffer.concat(parts);
      if (last || header[0] !== format) throw unreadable();
      key = streamKey(dataKey, header.subarray(1), associated);
      continue;
    }
    const { body, tag } = cutTag(parts);
    // One plaintext has one sealing: a last page is empty only when everything is.
    if (body.length === 0 && index > 0) throw unreadable();
    for (const piece of decrypt(key, pageNonce(index, last), associated, body, tag)) yield piece;
    index += 1;
  }
}

/** The last 16 bytes of a page, and the parts of what is before them. */
function cutTag(parts: readonly Uint8Array[]): { body: Uint8Array[]; tag: Uint8Array } {
  const body = [...parts];
  const tag: Uint8Array[] = [];
  for (let missing = tagSizeBytes; missing > 0;) {
    const part = body.pop();
    if (part === undefined) throw unreadable();
    const cut = Math.max(0, part.length - missing);
    tag.unshift(part.subarray(cut));
    if (cut > 0) body.push(part.subarray(0, cut));
    missing -= part.length - cut;
  }
  return { body, tag: Buffer.concat(tag) };
}

/** A key for this one sealing, so that page numbers may start at 0 each time an object is sealed anew. */
function streamKey(dataKey: KeyObject, salt: Uint8Array, associated: Uint8Array): KeyObject {
  return createSecretKey(hkdf(dataKey, salt, associated, 32));
}

/** 7 zero bytes ‖ page number (32 bits, big endian) ‖ 1 for the last page. Throws RangeError past 2^32 pages (256 TiB). */
function pageNonce(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(nonceSizeBytes);
  nonce.writeUInt32BE(index, 7);
  nonce.writeUInt8(last ? 1 : 0, 11);
  return nonce;
}
