import type { RelayEnd } from '#egress/relay';
import { ProblemError } from '@strongroom/protocol';
import {
  badReply,
  clientLeft,
  clientStalled,
  replyTooLarge,
  upstreamBusy,
  upstreamFailed,
  upstreamRedirected,
  upstreamRefused,
  upstreamRejected,
  upstreamTimeout,
  upstreamUnavailable,
} from './errors.ts';

/** What the caller is told of how their call ended: our own words for what the upstream said; null when it went well. */
export function endProblem(end: RelayEnd, signal: AbortSignal): ProblemError | null {
  switch (end.kind) {
    case 'done':
      return null;
    case 'status':
      if (end.status === 401 || end.status === 403) return upstreamRefused();
      if (end.status === 429) return upstreamBusy(end.retryAfterSeconds);
      return end.status < 500 ? upstreamRejected(end.status) : upstreamFailed(end.status);
    case 'redirect':
      return upstreamRedirected();
    case 'bad-reply':
      return badReply(end.why);
    case 'too-large':
      return replyTooLarge(end.bytesMax);
    case 'late':
      return late(end);
    case 'aborted':
      // A sign-out or a stop of the server says why; a caller that left is told nothing.
      return signal.reason instanceof ProblemError && signal.reason.code !== 'http/client_left'
        ? signal.reason
        : clientLeft();
    case 'unavailable':
      return upstreamUnavailable(end.why);
  }
}

function late({ which, limitMs }: RelayEnd & { kind: 'late' }): ProblemError {
  switch (which) {
    case 'beginMs':
      return upstreamTimeout('did not begin to answer within', limitMs);
    case 'idleMs':
      return upstreamTimeout('said nothing more for', limitMs);
    case 'totalMs':
      return upstreamTimeout('did not end within', limitMs);
    case 'unreadMs':
      return clientStalled();
  }
}
