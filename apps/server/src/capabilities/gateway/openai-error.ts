import type { ProblemError } from '@strongroom/protocol';

/** A refusal as the official clients of this protocol read it; `code` is ours. */
export function openaiError(problem: ProblemError): { mediaType: string; body: object } {
  return {
    mediaType: 'application/json',
    body: { error: { message: problem.message, type: typeOf(problem), param: null, code: problem.code } },
  };
}

function typeOf({ code, status }: ProblemError): string {
  if (code === 'gateway/budget_spent') return 'insufficient_quota';
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
