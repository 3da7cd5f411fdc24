import type { Configuration } from 'openid-client';
import { isLoopback } from '#config';
import type { IdentityDeps } from '../deps.ts';
import { identityProblems } from '../errors.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';

export type Issuer = { configuration(): Promise<Configuration> };

const TIMEOUT_SECONDS = 10;

/** The identity provider as `openid-client` knows it: discovered at the first sign-in, asked again after a failure. */
export function createIssuer(deps: IdentityDeps, evaluation: Evaluation | null): Issuer {
  let discovered: Promise<Configuration> | null = null;
  return {
    configuration() {
      discovered ??= discover(deps, evaluation).catch((error: unknown) => {
        discovered = null;
        throw identityProblems.issuerUnavailable(error instanceof Error ? error.name : 'unknown error');
      });
      return discovered;
    },
  };
}

async function discover(deps: IdentityDeps, evaluation: Evaluation | null): Promise<Configuration> {
  const oidc = await import('openid-client');
  const issuer = new URL(evaluation?.issuer() ?? deps.config.issuer?.url ?? '');
  const clientId = evaluation?.client.clientId ?? deps.config.issuer?.clientId ?? '';
  const secret = evaluation?.client.clientSecret ?? deps.oidcClientSecret?.reveal();
  const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname);
  return oidc.discovery(
    issuer,
    clientId,
    evaluation === null ? {} : { id_token_signed_response_alg: 'ES256' },
    secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret),
    {
      timeout: TIMEOUT_SECONDS,
      [oidc.customFetch]: await chooseFetch(deps, evaluation),
      ...(plain ? { execute: [oidc.allowInsecureRequests] } : {}),
    },
  );
}

/**
 * The one door through which identity reaches out: to the issuer and the addresses its discovery document names.
 * INVARIANT: with the evaluation provider it reaches our own listener only.
 */
async function chooseFetch(deps: IdentityDeps, evaluation: Evaluation | null) {
  const { Agent, fetch } = await import('undici');
  const { tls } = deps.config;
  // Our own certificate may be made for another name than the loopback address we call.
  const dispatcher =
    evaluation !== null && tls !== null
      ? new Agent({ connect: { ca: tls.certificate, checkServerIdentity: () => undefined } })
      : new Agent();
  return async (
    url: string,
    options: { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal },
  ): Promise<Response> => {
    if (evaluation !== null && new URL(url).origin !== deps.origin())
      throw identityProblems.issuerUnavailable('an address outside the evaluation identity provider');
    const init = { ...options, redirect: 'manual', dispatcher } as unknown as Parameters<typeof fetch>[1];
    return await fetch(url, init);
  };
}
