import { ProblemError } from '@strongroom/protocol';

// INVARIANT: none of these repeats anything of a request, or of what the upstream said: both are the caller's alone. Names of
// members are those of our own list.

export const keyNeeded = () =>
  new ProblemError(
    'gateway/key_needed',
    403,
    'the gateway takes an API key (`token create --scope gateway`), not a session',
  );
export const noUpstream = () =>
  new ProblemError(
    'gateway/no_upstream',
    404,
    'no model is configured or wanted here (STRONGROOM_MODEL_URL, and the settings of the workspace)',
  );
export const unknownEndpoint = () =>
  new ProblemError('gateway/unknown_endpoint', 404, 'the gateway has no such endpoint; see /v1/models for what it has');
/** The same for a model that the upstream does not have and one that this key may not use. */
export const unknownModel = () =>
  new ProblemError(
    'gateway/unknown_model',
    404,
    'there is no such model for this key; GET /v1/models lists those there are',
  );
export const otherModel = (name: string) =>
  new ProblemError(
    'gateway/other_model',
    400,
    `by the member \`${name}\` another model could be taken than the one that is asked for`,
  );
export const wouldPersist = (what: string) =>
  new ProblemError('gateway/would_persist', 400, `${what} would be kept by the model's provider; nothing is kept here`);

export const badHeader = (name: string) =>
  new ProblemError('gateway/bad_header', 400, `the header \`${name}\` is not accepted here`);
export const badUtf8 = () => new ProblemError('gateway/bad_utf8', 400, 'the body is not valid UTF-8');
export const badJson = () => new ProblemError('gateway/bad_json', 400, 'the body is not one JSON object');
export const nul = () => new ProblemError('gateway/nul', 400, 'the body holds a NUL character');
export const tooDeep = (depthMax: number) =>
  new ProblemError('gateway/too_deep', 400, `the body is nested deeper than ${depthMax} levels`, {
    members: { depthMax },
  });
export const tooManyMembers = (membersMax: number) =>
  new ProblemError('gateway/too_many_members', 400, `the body has more than ${membersMax} members, objects and lists`, {
    members: { membersMax },
  });
export const longName = (bytesMax: number) =>
  new ProblemError('gateway/long_name', 400, `a member of the body has a name of more than ${bytesMax} bytes`, {
    members: { bytesMax },
  });
export const duplicateMember = () =>
  new ProblemError('gateway/duplicate_member', 400, 'an object in the body has the same member twice');
export const badMember = (name: string) =>
  new ProblemError('gateway/bad_member', 400, `the member \`${name}\` is missing, misspelt or not of its type`);

export const rateLimited = (perMinute: number, retryAfterSeconds: number) =>
  new ProblemError('gateway/rate_limited', 429, `this key may send ${perMinute} requests a minute`, {
    members: { retryAfterSeconds },
  });
export const tooManyAtOnce = (whose: string, max: number) =>
  new ProblemError('gateway/too_many_at_once', 429, `${whose} may have ${max} requests at a time`, {
    members: { retryAfterSeconds: 1 },
  });
export const tooMuchAtOnce = (whose: string, bytesMax: number) =>
  new ProblemError('gateway/too_many_at_once', 429, `${whose} may have ${bytesMax} bytes of requests at a time`, {
    members: { bytesMax, retryAfterSeconds: 1 },
  });
export const budgetSpent = (whose: 'key' | 'person', period: 'day' | 'month', retryAfterSeconds: number) =>
  new ProblemError('gateway/budget_spent', 429, `the tokens of this ${whose} for the ${period} are used up`, {
    members: { retryAfterSeconds },
  });

export const upstreamUnavailable = (internal: string) =>
  new ProblemError('gateway/upstream_unavailable', 502, 'the model endpoint could not be reached', { internal });
export const upstreamRefused = () =>
  new ProblemError('gateway/upstream_refused', 502, 'the model endpoint refused our key');
export const upstreamRejected = (status: number) =>
  new ProblemError('gateway/upstream_rejected', 400, 'the model endpoint rejected the request', {
    members: { upstreamStatus: status },
  });
export const upstreamBusy = (retryAfterSeconds: number | null) =>
  new ProblemError('gateway/upstream_busy', 429, 'the model endpoint takes no more requests for now', {
    members: retryAfterSeconds === null ? {} : { retryAfterSeconds },
  });
export const upstreamFailed = (status: number) =>
  new ProblemError('gateway/upstream_failed', 502, 'the model endpoint failed', {
    members: { upstreamStatus: status },
  });
export const upstreamRedirected = () =>
  new ProblemError(
    'gateway/upstream_redirected',
    502,
    'the model endpoint answered with a redirect, which is not followed',
  );
export const upstreamTimeout = (what: string, limitMs: number) =>
  new ProblemError('gateway/upstream_timeout', 504, `the model endpoint ${what} ${limitMs / 1000} seconds`, {
    members: { limitMs },
  });
export const badReply = (internal: string) =>
  new ProblemError('gateway/bad_reply', 502, 'the model endpoint answered with something that is no reply to this', {
    internal,
  });
export const replyTooLarge = (bytesMax: number) =>
  new ProblemError('gateway/reply_too_large', 502, `the reply is larger than ${bytesMax} bytes`, {
    members: { bytesMax },
  });
export const clientStalled = () => new ProblemError('gateway/client_stalled', 499, 'the client did not read the reply');
export const clientLeft = () => new ProblemError('gateway/client_left', 499, 'the client went away');
export const internal = (name: string) =>
  new ProblemError('gateway/internal', 500, 'the request could not be relayed, because of a fault of ours', {
    internal: name,
  });

export const keyNotFound = () => new ProblemError('gateway/key_not_found', 404, 'there is no such key');
export const personNotFound = () => new ProblemError('gateway/person_not_found', 404, 'there is no such person');
export const callNotFound = () => new ProblemError('gateway/call_not_found', 404, 'there is no such call of yours');
