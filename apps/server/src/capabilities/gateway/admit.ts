import type { Call } from '#contracts';
import { refuseHeaders } from './check-headers.ts';
import { keyNeeded } from './errors.ts';
import type { Key, Keys } from './keys.ts';

type Caller = Pick<Call<unknown>, 'asker' | 'request' | 'reply'>;

/**
 * Before anything of a request is read: key, rate, headers. Every request by a key counts, whatever becomes of it: each refusal may
 * leave an audit entry, and a body of many megabytes is read for nobody who comes too often.
 */
export async function admit({ keys }: { readonly keys: Keys }, call: Caller): Promise<void> {
  keys.countRequest(await openKey({ keys }, call));
  refuseHeaders(call.request.raw);
}

/** Whose key it is and what it may do; says in a header, also of a refusal, whether what is sent by it is kept. */
export async function openKey({ keys }: { readonly keys: Keys }, { asker, reply }: Caller): Promise<Key> {
  if (asker === null || asker.tokenId === null) throw keyNeeded();
  const key = await keys.find(asker.workspaceId, { keyId: asker.tokenId, personId: asker.personId });
  reply.header('strongroom-retention', key.keepDays === null ? 'none' : `${key.keepDays} days`);
  return key;
}
