/** What sealed bytes belong to. Ids are UUIDs; `version` counts the object's own versions, from 1. */
export type Binding = { readonly workspaceId: string; readonly objectId: string; readonly version: number };

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Associated data of a sealed object: format, workspace, object, version; fixed widths, so that two bindings never
 * encode alike. See docs/formats/sealed-object.md.
 */
export function encodeBinding(format: number, binding: Binding): Buffer {
  const bytes = Buffer.alloc(41);
  bytes.writeUInt8(format, 0);
  writeUuid(bytes, 1, binding.workspaceId);
  writeUuid(bytes, 17, binding.objectId);
  if (!Number.isSafeInteger(binding.version) || binding.version < 1)
    throw new TypeError('version is not a positive integer');
  bytes.writeBigUInt64BE(BigInt(binding.version), 33);
  return bytes;
}

function writeUuid(bytes: Buffer, offset: number, uuid: string): void {
  if (!uuidPattern.test(uuid)) throw new TypeError('id is not a UUID');
  bytes.write(uuid.replaceAll('-', ''), offset, 'hex');
}
