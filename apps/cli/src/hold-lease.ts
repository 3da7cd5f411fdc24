import type { Lease } from '@strongroom/protocol';
import { type Server, segment } from './server.ts';

const BEATS = 3;

/**
 * Says to the server that somebody is here for an answer, for as long as `work` runs: stopped (Ctrl-Z) or cut off, it loses its query in
 * the source. Throws what the lease is refused with, and what `work` throws.
 */
export async function holdLease<T>(server: Server, work: (lease: string) => Promise<T>): Promise<T> {
  const { lease, renewedForMs } = await server.call<Lease>('POST', 'leases');
  const path = `leases/${segment(lease)}`;
  const everyMs = renewedForMs / BEATS;
  const beat = (): void =>
    // One that does not come through is followed by others; without any the answer ends, and says why.
    void server.call('PUT', path, { body: {}, signal: AbortSignal.timeout(everyMs) }).catch(() => {});
  const beating = setInterval(beat, everyMs);
  try {
    return await work(lease);
  } finally {
    clearInterval(beating);
    await server.call('DELETE', path, { signal: AbortSignal.timeout(everyMs) }).catch(() => {});
  }
}
