import type { FastifyReply } from 'fastify';
import { ProblemError, problemDocument } from '@strongroom/protocol';
import type { Verb } from '#contracts';

export const httpProblems = {
  notFound: () => new ProblemError('http/not_found', 404, 'there is nothing at this address'),
  tooLarge: (bytesMax: number | null) =>
    new ProblemError(
      'http/too_large',
      413,
      bytesMax === null ? 'the request is too large' : `the request is larger than ${bytesMax} bytes`,
      bytesMax === null ? {} : { members: { bytesMax } },
    ),
  unsupportedMediaType: () =>
    new ProblemError('http/unsupported_media_type', 415, 'this kind of content is not accepted here'),
  badJson: () => new ProblemError('http/bad_json', 400, 'the body is not valid JSON'),
  badUtf8: () => new ProblemError('http/bad_utf8', 400, 'the body is not valid UTF-8'),
  badRequest: () => new ProblemError('http/bad_request', 400, 'the request is not valid HTTP'),
  badInput: (issues: readonly { at: string; message: string }[]) =>
    new ProblemError('http/bad_input', 400, 'the request is not valid', {
      members: { detail: issues.map(({ at, message }) => `\`${at}\`: ${message}`).join('; '), issues },
    }),
  signInNeeded: () => new ProblemError('http/sign_in_needed', 401, 'sign in first'),
  forbidden: (permission: string) =>
    new ProblemError('http/forbidden', 403, `you may not do this: it needs \`${permission}\``, {
      members: { permission },
    }),
  crossSite: () => new ProblemError('http/cross_site', 403, 'the request came from another site'),
  wrongHost: () => new ProblemError('http/wrong_host', 421, 'this server does not answer to that name'),
  tooMany: (retryAfterSeconds: number) =>
    new ProblemError('http/too_many_requests', 429, `too many requests; try again in ${retryAfterSeconds} seconds`, {
      members: { retryAfterSeconds },
    }),
  overloaded: () => new ProblemError('http/overloaded', 503, 'the server is busy; try again in a few seconds'),
  stopping: () => new ProblemError('http/stopping', 503, 'the server is stopping'),
  sessionEnded: () => new ProblemError('http/session_ended', 401, 'you have been signed out'),
  clientLeft: () => new ProblemError('http/client_left', 499, 'the client went away'),
  internal: () =>
    new ProblemError(
      'http/internal',
      500,
      'something went wrong on the server; its log has the details under the request id',
    ),
} as const;

const FASTIFY_CODES: Readonly<Record<string, () => ProblemError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => httpProblems.tooLarge(null),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: httpProblems.unsupportedMediaType,
  FST_ERR_CTP_EMPTY_JSON_BODY: httpProblems.badJson,
  FST_UNDER_PRESSURE: httpProblems.overloaded,
};

/** Any error as one that may leave the server. `expected` is false for what the operator must look at. */
export function toProblem(error: unknown): { problem: ProblemError; expected: boolean } {
  if (error instanceof ProblemError) return { problem: error, expected: error.status < 500 };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const known = FASTIFY_CODES[error.code];
    if (known !== undefined) return { problem: known(), expected: true };
    // Fastify's own refusals of what is not proper HTTP.
    if (
      error.code.startsWith('FST_') &&
      'statusCode' in error &&
      typeof error.statusCode === 'number' &&
      error.statusCode < 500
    ) {
      return { problem: httpProblems.badRequest(), expected: true };
    }
  }
  return { problem: httpProblems.internal(), expected: false };
}

/** `problemAs`: of the verb, where it has one. */
export function sendProblem(
  reply: FastifyReply,
  problem: ProblemError,
  requestId: string,
  problemAs: Verb['problemAs'] = (one) => ({
    mediaType: 'application/problem+json',
    body: problemDocument(one, requestId),
  }),
): FastifyReply {
  const { mediaType, body } = problemAs(problem);
  return reply.code(problem.status).header('cache-control', 'no-store').type(mediaType).send(JSON.stringify(body));
}

/** Seconds (RFC 9110 section 10.2.3): what the problem says, else a few. */
export function retryAfter({ members }: ProblemError): string {
  const { retryAfterSeconds } = members;
  return typeof retryAfterSeconds === 'number' ? String(retryAfterSeconds) : '5';
}
