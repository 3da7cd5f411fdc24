import type { KeyObject } from 'node:crypto';

/**
 * Whoever holds the root keys and the epoch secrets: the key file, or a transit engine. `context` is a workspace's UUID.
 * Nothing is remembered between calls, so that revoking takes effect at the next one and restoring heals without a restart.
 * Everything throws `vault/key_unavailable` (503) when the holder can't or won't answer, `TypeError` for a mistake of the caller.
 */
export type KeyWrapper = {
  /** Kind of holder, kept beside each wrapped key, e.g. `local-file`. */
  readonly name: string;
  /** Under the newest root, which the result names. What is wrapped for one context does not unwrap for another. */
  wrap(context: string, key: KeyObject): Promise<Uint8Array>;
  unwrap(context: string, wrapped: Uint8Array): Promise<KeyObject>;

  /** 256 bits, the same at each call. Throws `vault/key_destroyed` (410) once that epoch is destroyed. */
  epochSecret(context: string, epoch: number): Promise<KeyObject>;
  /** Begins the first epoch when there is none. Epochs count from 1. */
  newestEpoch(context: string): Promise<number>;
  /** An epoch newer than any before the call; durable when it resolves. */
  beginEpoch(context: string): Promise<number>;
  /** Destroys the secrets of all older epochs; durable when it resolves, and may be repeated. Throws `TypeError` beyond the newest. */
  destroyEpochsBefore(context: string, epoch: number): Promise<void>;

  /**
   * A root newer than any before the call: it wraps from now on, and the older ones still unwrap. Durable when it resolves.
   * What is wrapped is then unwrapped and wrapped anew, and the older roots retired.
   */
  beginRoot(): Promise<number>;
  /** What older roots wrapped is lost; durable when it resolves, and may be repeated. Throws `TypeError` beyond the newest. */
  retireRootsBefore(version: number): Promise<void>;
};
