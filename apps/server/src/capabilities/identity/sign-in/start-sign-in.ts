import type { FastifyReply } from 'fastify';
import type { IdentityDeps } from '../deps.ts';
import type { Attempts } from './attempts.ts';
import type { Issuer } from './issuer.ts';

export const ATTEMPT_COOKIE = 'strongroom-sign-in';

/** Lax, since the provider's redirect back comes from another site. */
export function attemptCookie(deps: IdentityDeps) {
  return { path: '/sign-in', httpOnly: true, sameSite: 'lax', secure: deps.config.tls !== null } as const;
}

/** Sends the browser to the identity provider: authorization code with PKCE (RFC 7636), state and nonce. */
export async function startSignIn(
  deps: IdentityDeps,
  issuer: Issuer,
  attempts: Attempts,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const configuration = await issuer.configuration();
  const oidc = await import('openid-client');
  const attempt = { codeVerifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() };
  const address = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: `${deps.origin()}/sign-in/callback`,
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(attempt.codeVerifier),
    code_challenge_method: 'S256',
    state: attempt.state,
    nonce: attempt.nonce,
    // A link signs in once; without this the provider's own cookie would sign in again after signing out.
    ...(deps.config.issuer === null ? { prompt: 'login' } : {}),
  });
  reply.setCookie(ATTEMPT_COOKIE, attempts.begin(attempt), { ...attemptCookie(deps), maxAge: 600 });
  return reply.redirect(address.href, 303);
}
