import type { AuditContext } from './audit.ts';

/** A way by which bytes leave for somebody who is not the asker. */
export type OutboundDoor = 'model' | 'gateway' | 'log export';

/**
 * Looks for what was planted in rows, in everything that is about to leave by `door`. INVARIANT: a door that can't be looked at stays shut:
 * both throw `canaries/blocked` (403) for what holds a planted token, after the entry `canaries.found` is durable, and
 * `vault/key_unavailable` or `database/unavailable` (503) when nobody knows what is planted; nothing of it may leave then.
 */
export type OutboundScan = {
  /** All of what is to leave. */
  pass(context: AuditContext, door: OutboundDoor, bytes: Uint8Array | string): Promise<void>;
  /** The same of a stream, which comes somewhat later for it: no part of a token has left when it is found. */
  stream(
    context: AuditContext,
    door: OutboundDoor,
    chunks: AsyncIterable<Uint8Array | string>,
  ): AsyncGenerator<Uint8Array, void, undefined>;
};
