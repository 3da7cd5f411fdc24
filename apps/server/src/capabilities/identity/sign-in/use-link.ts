import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditEvent } from '#contracts';
import { contextOf } from '#platform/http';
import { ProblemError } from '@strongroom/protocol';
import type { IdentityDeps } from '../deps.ts';
import { identityProblems } from '../errors.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { Failures } from './failures.ts';

/**
 * Takes a one-time link. A good one works however often others failed from the same address.
 * Throws `identity/bad_link` (400), `identity/too_many_tries` (429), `identity/no_evaluation` (404).
 */
export async function useLink(
  deps: IdentityDeps,
  evaluation: Evaluation | null,
  failures: Failures,
  code: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const context = contextOf(null, request, deps.workspaceId);
  const record = (outcome: AuditEvent['outcome'], decision: AuditEvent['decision']) =>
    deps.audit.append(context, { action: 'identity.link_used', resource: null, decision, outcome });
  const allowed = { allowed: true, reason: 'one-time link' };
  try {
    if (evaluation === null) throw identityProblems.noEvaluation();
    await evaluation.useLink(code, request, reply, () => record('begun', allowed));
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status >= 500) throw error;
    if (!failures.count(request.ip)) throw identityProblems.tooManyTries();
    await record('refused', { allowed: false, reason: error.code });
    throw error;
  }
  // The browser may go on, whether or not the log takes a second entry.
  await record('done', allowed).catch((error: unknown) =>
    deps.log.error({ err: error, requestId: request.id }, 'the use of a link could not be written as done'),
  );
}
