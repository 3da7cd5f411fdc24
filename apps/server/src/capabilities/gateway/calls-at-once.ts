import { tooManyAtOnce, tooMuchAtOnce } from './errors.ts';

export type CallsAtOnce = {
  /**
   * Counts one more request of a key, and the bytes of its body, until what it gives is called, once.
   * Throws `gateway/too_many_at_once` (429).
   */
  begin(keyId: string, sizeBytes: number): () => void;
};

export type AtOnce = { readonly requests: number; readonly bytes: number };
type AtOnceMax = { readonly ofKey: AtOnce; readonly ofAll: AtOnce };

const MEBIBYTE = 1024 * 1024;
/** A body is in memory, once or twice, until its reply has ended. */
export const AT_ONCE: AtOnceMax = {
  ofKey: { requests: 256, bytes: 512 * MEBIBYTE },
  ofAll: { requests: 1_024, bytes: 1_024 * MEBIBYTE },
};

const NONE: AtOnce = { requests: 0, bytes: 0 };

/**
 * Requests that run at a time, on this server. INVARIANT: none waits for another: what waited would hold its body, also when its
 * caller has left, and a key with many long ones would keep out all others.
 */
export function createCallsAtOnce({ ofKey, ofAll }: AtOnceMax): CallsAtOnce {
  const keys = new Map<string, AtOnce>();
  let all = NONE;
  return {
    begin(keyId, sizeBytes) {
      const [mine, together] = [add(keys.get(keyId) ?? NONE, 1, sizeBytes), add(all, 1, sizeBytes)];
      refuseMore('this key', mine, ofKey);
      refuseMore('all keys together', together, ofAll);
      keys.set(keyId, mine);
      all = together;
      return () => {
        all = add(all, -1, -sizeBytes);
        const left = add(keys.get(keyId) ?? NONE, -1, -sizeBytes);
        if (left.requests === 0) keys.delete(keyId);
        else keys.set(keyId, left);
      };
    },
  };
}

function add({ requests, bytes }: AtOnce, more: number, moreBytes: number): AtOnce {
  return { requests: requests + more, bytes: bytes + moreBytes };
}

function refuseMore(whose: string, { requests, bytes }: AtOnce, max: AtOnce): void {
  if (requests > max.requests) throw tooManyAtOnce(whose, max.requests);
  if (bytes > max.bytes) throw tooMuchAtOnce(whose, max.bytes);
}
