import { tooManyAtOnce } from './errors.ts';

export type CallsAtOnce = {
  /** Counts one more request of a key until what it gives is called, once. Throws `gateway/too_many_at_once` (429). */
  begin(keyId: string): () => void;
};

export const AT_ONCE = { ofKeyMax: 256, ofAllMax: 1_024 } as const;

/**
 * Requests that run at a time, on this server. INVARIANT: none waits for another: what waited would hold its body, also when its
 * caller has left, and a key with many long ones would keep out all others.
 */
export function createCallsAtOnce({ ofKeyMax, ofAllMax }: { ofKeyMax: number; ofAllMax: number }): CallsAtOnce {
  const ofKeys = new Map<string, number>();
  let ofAll = 0;
  return {
    begin(keyId) {
      const ofKey = ofKeys.get(keyId) ?? 0;
      if (ofKey >= ofKeyMax) throw tooManyAtOnce('this key', ofKeyMax);
      if (ofAll >= ofAllMax) throw tooManyAtOnce('all keys together', ofAllMax);
      ofAll += 1;
      ofKeys.set(keyId, ofKey + 1);
      return () => {
        ofAll -= 1;
        const left = (ofKeys.get(keyId) ?? 0) - 1;
        if (left === 0) ofKeys.delete(keyId);
        else ofKeys.set(keyId, left);
      };
    },
  };
}
