import { ProblemError } from '@strongroom/protocol';

// INVARIANT: none of these says what was sent or answered, nor where to: both may hold secrets.
export const badAddress = () =>
  new ProblemError('outbound/bad_address', 500, 'only https, or http on this machine, may be spoken to');
export const timeout = (timeoutMs: number) =>
  new ProblemError('outbound/timeout', 504, `there was no whole answer within ${timeoutMs / 1000} seconds`);
export const tooLarge = (bytesMax: number) =>
  new ProblemError('outbound/too_large', 502, `the answer was larger than ${bytesMax} bytes`);
export const unavailable = (internal: string) =>
  new ProblemError('outbound/unavailable', 502, 'there was no answer', { internal });
