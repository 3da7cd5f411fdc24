import type { KeyObject } from 'node:crypto';

/**
 * Whoever holds the root key: a local file today, a key service later. The root key never leaves it.
 * `context` (a workspace id) is bound: a key wrapped for one workspace does not unwrap for another.
 * Both throw `vault/key_unavailable` (503) when the holder can't or won't answer, and recover without a restart.
 * Nothing is remembered between calls, so that revoking takes effect at the next one.
 */
export type KeyWrapper = {
  /** Kind of holder, kept beside each wrapped key, e.g. `local-file`. */
  readonly name: string;
  wrap(context: string, key: KeyObject): Promise<Uint8Array>;
  unwrap(context: string, wrapped: Uint8Array): Promise<KeyObject>;
};
