import { hash, randomBytes } from 'node:crypto';

/** 256 random bits as text. Only its hash is kept. */
export function newSecretText(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256: enough for secrets of full entropy, and quick enough for every request. */
export function hashOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}
