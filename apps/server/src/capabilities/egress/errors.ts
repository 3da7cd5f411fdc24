import { ProblemError } from '@strongroom/protocol';

// INVARIANT: none of these quotes what the endpoint said; `internal` holds a class of failure, never a text of its.
export const unavailable = (internal: string) =>
  new ProblemError('egress/unavailable', 502, 'the model endpoint could not be reached or refused the request', {
    internal,
  });
export const timeout = (timeoutMs: number) =>
  new ProblemError('egress/timeout', 504, `the model endpoint did not answer within ${timeoutMs / 1000} seconds`, {
    members: { timeoutMs },
  });
export const badReply = (internal: string) =>
  new ProblemError(
    'egress/bad_reply',
    502,
    'the model endpoint answered with something that is not a chat completion',
    { internal },
  );
export const cancelled = () => new ProblemError('egress/cancelled', 499, 'the question was cancelled');
export const badEndpoint = (why: string) =>
  new ProblemError('egress/bad_endpoint', 500, `the model endpoint cannot be used: ${why}`);
/** `pinned`: where the workspace's questions may go. Said to everybody who may ask: nothing of it is secret. */
export const regionRefused = (pinned: string) =>
  new ProblemError(
    'egress/region_refused',
    403,
    `this workspace sends questions to the region ${pinned} only, and the model is not known to be there`,
    { members: { region: pinned } },
  );
/** `whose`: `your` or `the workspace’s`. Tokens come back at midnight UTC. */
export const budgetSpent = (whose: string, retryAfterSeconds: number) =>
  new ProblemError('egress/budget_spent', 429, `${whose} tokens for questions to the model are used up for today`, {
    members: { retryAfterSeconds },
  });
export const noEndpoint = () =>
  new ProblemError('egress/no_endpoint', 500, 'no model endpoint is configured, or wanted in this workspace');
export const notADisclosure = () => new ProblemError('egress/not_a_disclosure', 500, 'only a disclosure may leave');
export const tooManyValues = (most: number) =>
  new ProblemError(
    'egress/too_many_values',
    422,
    `a question may hold at most ${most} values that are held back from models, with what it goes on from and what you have remembered`,
    { members: { most } },
  );
