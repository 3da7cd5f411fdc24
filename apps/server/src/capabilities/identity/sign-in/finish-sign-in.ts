import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IDToken } from 'openid-client';
import { actorName } from '#contracts';
import { contextOf } from '#platform/http';
import { ProblemError } from '@strongroom/protocol';
import type { IdentityDeps } from '../deps.ts';
import { identityProblems } from '../errors.ts';
import { isUuid } from '../find-person.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { findOpener, startSession } from '../start-session.ts';
import type { Opener } from '../start-session.ts';
import { selectPersonByEmail, selectPersonById, selectPersonBySubject } from '../store.ts';
import type { PersonRow } from '../store.ts';
import type { Attempts } from './attempts.ts';
import type { Failures } from './failures.ts';
import type { Issuer } from './issuer.ts';
import { ATTEMPT_COOKIE, attemptCookie } from './start-sign-in.ts';

export type SignIn = {
  readonly issuer: Issuer;
  readonly attempts: Attempts;
  readonly failures: Failures;
  readonly evaluation: Evaluation | null;
};

/** The provider's redirect back: a session for the person it names, or a page that says why not. Both are audited. */
export async function finishSignIn(
  deps: IdentityDeps,
  { issuer, attempts, failures, evaluation }: SignIn,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const attempt = attempts.take(request.cookies[ATTEMPT_COOKIE]);
  reply.clearCookie(ATTEMPT_COOKIE, attemptCookie(deps));
  const context = contextOf(null, request, deps.workspaceId);
  try {
    if (attempt === null) throw identityProblems.signInExpired();
    const claims = await redeem(deps, issuer, attempt, request);
    const person = await recognise(deps, claims);
    const linkMadeBy = evaluation === null ? null : makerOfLink(evaluation, attempt.nonce, person.id);
    const recordSignIn = (outcome: 'begun' | 'done', opener: Opener) =>
      deps.audit.append(
        { ...context, actor: { kind: 'person', id: person.id, name: actorName(person.email, opener?.email) } },
        {
          action: 'identity.signed_in',
          resource: person.email,
          decision: { allowed: true, reason: deps.config.issuer === null ? linkReason(opener) : 'identity provider' },
          outcome,
        },
      );
    const expected = await deps.database.withWorkspace(deps.workspaceId, (within) =>
      findOpener(within, person.id, linkMadeBy),
    );
    await recordSignIn('begun', expected);
    const opener = await startSession(
      deps,
      { id: person.id, linkMadeBy },
      deps.config.issuer === null ? null : { issuer: claims.iss, subject: claims.sub },
      reply,
    );
    // The session is there, whether or not the log takes a second entry.
    await recordSignIn('done', opener).catch((error: unknown) =>
      deps.log.error({ err: error, requestId: request.id }, 'a sign-in could not be written to the audit log as done'),
    );
    return reply.redirect('/', 303);
  } catch (error) {
    const problem =
      error instanceof ProblemError
        ? error
        : identityProblems.signInFailed(error instanceof Error ? error.name : 'unknown error');
    if (problem.status >= 500) deps.log.warn({ err: problem, cause: error, requestId: request.id }, 'a sign-in failed');
    if (failures.count(request.ip))
      await deps.audit.append(context, {
        action: 'identity.sign_in_refused',
        resource: null,
        decision: { allowed: false, reason: problem.code },
        outcome: problem.status < 500 ? 'refused' : 'failed',
      });
    return reply.redirect(`/sign-in?problem=${problem.code}`, 303);
  }
}

/** Throws `identity/sign_in_expired` when no link of this person answered for this sign-in. */
function makerOfLink(evaluation: Evaluation, nonce: string, personId: string): string | null {
  const link = evaluation.takeLinkOf(nonce);
  if (link === null || link.personId !== personId) throw identityProblems.signInExpired();
  return link.madeBy;
}

function linkReason(opener: Opener): string {
  return opener === null ? 'one-time link' : 'one-time link of another person, opens nothing of their own';
}

async function redeem(
  deps: IdentityDeps,
  issuer: Issuer,
  attempt: { codeVerifier: string; state: string; nonce: string },
  request: FastifyRequest,
): Promise<IDToken> {
  const oidc = await import('openid-client');
  const configuration = await issuer.configuration();
  const tokens = await oidc.authorizationCodeGrant(configuration, new URL(request.url, deps.origin()), {
    pkceCodeVerifier: attempt.codeVerifier,
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw identityProblems.signInFailed('no id token');
  if (claims['email'] !== undefined || configuration.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...claims, ...(await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)) };
}

/**
 * The person of the workspace. With an issuer of the operator's own: by the id it gave at an earlier sign-in, else by an
 * email address that it vouches for and nobody else's id is bound to. Nobody is made here: who isn't invited is refused.
 */
async function recognise(deps: IdentityDeps, claims: IDToken): Promise<PersonRow> {
  const email = claims['email'];
  return deps.database.withWorkspace(deps.workspaceId, async (within) => {
    if (deps.config.issuer === null) {
      const person = isUuid(claims.sub) ? await selectPersonById(within, claims.sub) : undefined;
      if (person === undefined) throw identityProblems.notInvited();
      return person;
    }
    const known = await selectPersonBySubject(within, claims.iss, claims.sub);
    if (known !== undefined) return known;
    if (typeof email !== 'string' || claims['email_verified'] !== true) throw identityProblems.emailNotVerified();
    const invited = await selectPersonByEmail(within, email.toLowerCase());
    if (invited === undefined) throw identityProblems.notInvited();
    if (invited.subject !== null && invited.issuer === claims.iss) throw identityProblems.otherAccount();
    return invited;
  });
}
