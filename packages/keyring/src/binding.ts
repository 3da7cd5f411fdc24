/** What sealed bytes belong to. Ids are UUIDs; `version` counts the object's own versions, from 1. */
export type Binding = { readonly workspaceId: string; readonly objectId: string; readonly version: number };

const uuidLength = 36;
const hyphen = 0x2d;
const noHex = 0xff;
const hexValues = new Uint8Array(128).fill(noHex);
for (const [value, digit] of Array.from('0123456789abcdef').entries())
  for (const character of [digit, digit.toUpperCase()]) hexValues[character.charCodeAt(0)] = value;

/**
 * Associated data of a sealed object: format, workspace, object, version; fixed widths, so that two bindings never
 * encode alike. See docs/formats/sealed-object.md.
 */
export function encodeBinding(format: number, binding: Binding): Buffer {
  const bytes = Buffer.allocUnsafe(41);
  bytes.writeUInt8(format, 0);
  writeUuid(bytes, 1, binding.workspaceId);
  writeUuid(bytes, 17, binding.objectId);
  if (!Number.isSafeInteger(binding.version) || binding.version < 1)
    throw new TypeError('version is not a positive integer');
  bytes.writeUInt32BE(Math.floor(binding.version / 2 ** 32), 33);
  bytes.writeUInt32BE(binding.version % 2 ** 32, 37);
  return bytes;
}

/** A table in place of a pattern: this runs for every entry of the audit log. */
function writeUuid(bytes: Buffer, offset: number, uuid: string): void {
  if (uuid.length !== uuidLength) throw new TypeError('id is not a UUID');
  let [at, to] = [0, offset];
  while (at < uuidLength) {
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (uuid.charCodeAt(at) !== hyphen) throw new TypeError('id is not a UUID');
      at += 1;
    }
    const [high, low] = [hexValues[uuid.charCodeAt(at)] ?? noHex, hexValues[uuid.charCodeAt(at + 1)] ?? noHex];
    if (high === noHex || low === noHex) throw new TypeError('id is not a UUID');
    bytes[to] = (high << 4) | low;
    at += 2;
    to += 1;
  }
}
