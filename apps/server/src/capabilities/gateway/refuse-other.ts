import type { Call } from '#contracts';
import { unknownEndpoint, wouldPersist } from './errors.ts';
import { audited, type RelayDeps } from './relay-request.ts';

/** What keeps something at the provider, by the first part of its path. */
const KEEPING: Readonly<Record<string, string>> = {
  assistants: 'an assistant',
  batches: 'a batch',
  chatkit: 'a session',
  containers: 'a container',
  conversations: 'a conversation',
  evals: 'an evaluation',
  files: 'a file',
  fine_tuning: 'a training job',
  realtime: 'a session',
  threads: 'a thread',
  uploads: 'an upload',
  vector_stores: 'a vector store',
  videos: 'a video',
};

/**
 * Endpoints of the protocol that we don't have. Those that read or remove what a provider keeps are refused as those that would
 * make it keep: nothing is kept there. `path` is the caller's, and is not repeated.
 */
export function refuseOther(deps: RelayDeps, call: Call<unknown>, path: string): Promise<never> {
  return audited(deps, call, async () => {
    const [first = '', ...rest] = path.split('/');
    if (Object.hasOwn(KEEPING, first)) throw wouldPersist(KEEPING[first] ?? '');
    if (first === 'responses' && rest.length > 0) throw wouldPersist('a stored response');
    if (first === 'chat' && rest[0] === 'completions') throw wouldPersist('a stored completion');
    throw unknownEndpoint();
  });
}
