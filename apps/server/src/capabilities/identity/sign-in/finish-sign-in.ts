import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IDToken } from 'openid-client';
import { actorName } from '#contracts';
import { contextOf } from '#platform/http';
import { ProblemError } from '@strongroom/protocol';
import type { IdentityDeps } from '../deps.ts';
import { identityProblems } from '../errors.ts';
import { isUuid } from '../find-person.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { openPerson } from '../open-people.ts';
import type { OpenPerson } from '../open-people.ts';
import { emailIndex, subjectIndex } from '../person-index.ts';
import { findOpener, startSession } from '../start-session.ts';
import type { Binding } from '../start-session.ts';
import { selectPersonByEmail, selectPersonById, selectPersonBySubject } from '../store.ts';
import type { PersonRow, Within } from '../store.ts';
import type { Attempts } from './attempts.ts';
import { bindAccount } from './bind-account.ts';
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
    const makerEmail = await emailOf(deps, linkMadeBy);
    const recordSignIn = (outcome: 'begun' | 'done', openerId: string | null) =>
      deps.audit.append(
        {
          ...context,
          actor: {
            kind: 'person',
            id: person.id,
            name: actorName(person.email, openerId === null ? undefined : makerEmail),
          },
        },
        {
          action: 'identity.signed_in',
          resource: person.email,
          decision: { allowed: true, reason: deps.config.issuer === null ? linkReason(openerId) : 'identity provider' },
          outcome,
        },
      );
    const expected = await deps.database.withWorkspace(deps.workspaceId, (within) =>
      findOpener(within, person.id, linkMadeBy),
    );
    await recordSignIn('begun', expected);
    const start = (binding: Binding | null) => startSession(deps, { id: person.id, linkMadeBy }, binding, reply);
    const openerId = await (deps.config.issuer === null
      ? start(null)
      : bindAccount(deps, person, accountOf(claims), start));
    // The session is there, whether or not the log takes a second entry.
    await recordSignIn('done', openerId).catch((error: unknown) =>
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

function linkReason(openerId: string | null): string {
  return openerId === null ? 'one-time link' : 'one-time link of another person, opens nothing of their own';
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
async function recognise(deps: IdentityDeps, claims: IDToken): Promise<OpenPerson> {
  const find = async (select: (within: Within) => Promise<PersonRow | undefined>) =>
    openPerson(deps, deps.workspaceId, await deps.database.withWorkspace(deps.workspaceId, select));
  if (deps.config.issuer === null) {
    const person = isUuid(claims.sub) ? await find((within) => selectPersonById(within, claims.sub)) : null;
    if (person === null) throw identityProblems.notInvited();
    return person;
  }
  const bySubject = await subjectIndex(deps, deps.workspaceId, accountOf(claims));
  const known = await find((within) => selectPersonBySubject(within, bySubject));
  if (known !== null) return known;
  const email = claims['email'];
  if (typeof email !== 'string' || claims['email_verified'] !== true) throw identityProblems.emailNotVerified();
  const byAddress = await emailIndex(deps, deps.workspaceId, email);
  const invited = await find((within) => selectPersonByEmail(within, byAddress));
  if (invited === null) throw identityProblems.notInvited();
  if (invited.subject !== null && invited.issuer === claims.iss) throw identityProblems.otherAccount();
  return invited;
}

function accountOf(claims: IDToken): { issuer: string; subject: string } {
  return { issuer: claims.iss, subject: claims.sub };
}

async function emailOf(deps: IdentityDeps, personId: string | null): Promise<string | undefined> {
  if (personId === null) return undefined;
  const row = await deps.database.withWorkspace(deps.workspaceId, (within) => selectPersonById(within, personId));
  return (await openPerson(deps, deps.workspaceId, row))?.email;
}
