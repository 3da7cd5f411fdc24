import { hash } from 'node:crypto';

/** SHA-256. */
export const hashSizeBytes = 32;

const leafPrefix = Buffer.of(0x00);
const nodePrefix = Buffer.of(0x01);

/** Hash of an entry (RFC 6962 section 2.1). Leaves and nodes have different prefixes, so that none passes for the other. */
export function hashLeaf(entry: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([leafPrefix, entry]), 'buffer');
}

/** Hash of a node over its two children, 32 bytes each (RFC 6962 section 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer');
}

/** The root of a tree without entries. */
export function emptyRoot(): Buffer {
  return hash('sha256', Buffer.alloc(0), 'buffer');
}
