import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from '#contracts';
import type { CallsAtOnce } from './calls-at-once.ts';
import { refuseHeaders } from './check-headers.ts';
import { keyNeeded } from './errors.ts';
import type { Key, Keys } from './keys.ts';

/** A prompt with pictures in it. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;

type Caller = Pick<Call<unknown>, 'asker' | 'request' | 'reply'>;

export type AdmitDeps = { readonly keys: Keys; readonly atOnce: CallsAtOnce };

/**
 * Before anything of a request is read: key, rate, how many at once, headers. Every request by a key counts, whatever becomes of it: each refusal may
 * leave an audit entry, and a body of many megabytes is read for nobody who comes too often.
 */
export async function admit({ keys, atOnce }: AdmitDeps, call: Caller): Promise<void> {
  const key = await openKey({ keys }, call);
  keys.countRequest(key);
  call.reply.raw.once('close', atOnce.begin(key.keyId, sizeOf(call.request.headers)));
  refuseHeaders(call.request.raw);
}

/** Of the body, as far as somebody says it: what comes in chunks may become as large as it may. */
function sizeOf({ 'content-length': length, 'transfer-encoding': coding }: IncomingHttpHeaders): number {
  return coding === undefined ? Math.min(Number(length ?? 0), BODY_BYTES_MAX) : BODY_BYTES_MAX;
}

/** Whose key it is and what it may do; says in a header, also of a refusal, whether what is sent by it is kept. */
export async function openKey({ keys }: Pick<AdmitDeps, 'keys'>, { asker, reply }: Caller): Promise<Key> {
  if (asker === null || asker.tokenId === null) throw keyNeeded();
  const key = await keys.find(asker.workspaceId, { keyId: asker.tokenId, personId: asker.personId });
  reply.header('strongroom-retention', key.keepDays === null ? 'none' : `${key.keepDays} days`);
  return key;
}
