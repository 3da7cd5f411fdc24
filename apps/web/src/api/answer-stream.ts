import { ANSWER_MEDIA_TYPE, decodeFrames, type Frame, ProblemError } from '@strongroom/protocol';
import { chunksOf, fetchOrExplain, problemOf } from './client.ts';

export type Asking = {
  mode: 'question' | 'sql';
  text: string;
  source: string | null;
  /** What it goes on from: the question's id, and the words of the whole thread, the oldest first. */
  follows?: { id: string; thread: readonly string[] };
};

/**
 * Asks, and yields the frames of the answer as they arrive. Aborting `signal` closes the connection, which cancels
 * the query in the source; so does the end of the lease. Throws `ProblemError` when the server refuses before the first frame, or breaks off.
 */
export async function* streamAnswer(asking: Asking, lease: string, signal: AbortSignal): AsyncGenerator<Frame> {
  // Either way the question is kept, for the one who asks alone.
  const response = await fetchOrExplain(asking.mode === 'sql' ? '/api/v1/questions' : '/api/v1/ask', {
    method: 'POST',
    headers: { accept: ANSWER_MEDIA_TYPE, 'content-type': 'application/json', 'x-strongroom': '1' },
    body: JSON.stringify(
      asking.mode === 'sql'
        ? { sql: asking.text, source: asking.source ?? '', lease }
        : {
            question: asking.text,
            lease,
            ...(asking.source === null ? {} : { source: asking.source }),
            ...(asking.follows === undefined ? {} : { follows: asking.follows.id }),
          },
    ),
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  });
  if (!(response.headers.get('content-type') ?? '').startsWith(ANSWER_MEDIA_TYPE)) throw await problemOf(response);
  try {
    yield* decodeFrames(chunksOf(response.body, signal));
  } catch (cause) {
    if (signal.aborted || cause instanceof ProblemError) throw cause;
    throw new ProblemError('web/broken_off', 502, 'the answer broke off before its end', { internal: String(cause) });
  }
}
