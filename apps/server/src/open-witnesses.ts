import type { WitnessAddress } from '#config';
import type { Witness } from '#ledger';
import { createOutbound } from '#platform/outbound';

/** A witness may be far away, and nobody waits for it. */
const LIMITS = { timeoutMs: 10_000, replyBytesMax: 64 * 1024 };

/** Whoever is asked to sign what the log is, by the operator's list. */
export function openWitnesses(addresses: readonly WitnessAddress[]): AsyncDisposable & { witnesses: Witness[] } {
  const outbound = createOutbound(LIMITS);
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return {
    witnesses: addresses.map(({ url, key }) => ({
      key,
      send: (body) => outbound.send({ method: 'POST', url, headers, body }),
    })),
    [Symbol.asyncDispose]: () => outbound.close(),
  };
}
