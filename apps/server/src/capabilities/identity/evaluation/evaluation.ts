import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { Mount } from '#platform/http';
import type { IdentityDeps } from '../deps.ts';
import { identityProblems } from '../errors.ts';
import { openPerson } from '../open-people.ts';
import { hashOf, newSecretText } from '../secret-text.ts';
import { isLinkGood, takeLink } from '../secret-store.ts';
import { selectPersonById } from '../store.ts';
import { createProvider } from './create-provider.ts';

const PREFIX = '/evaluation';
const COOKIE = 'strongroom-evaluation';
/** From the link to the provider's question who this is: a redirect or two. */
const PASS_MS = 2 * 60_000;
const PASSES_MAX = 1_000;

export type Evaluation = {
  readonly issuer: () => string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  readonly mount: Mount;
  /**
   * Takes the code of a one-time link and lets this browser answer the provider's question once; `begin` before that.
   * Throws `identity/bad_link`.
   */
  useLink(code: string, request: FastifyRequest, reply: FastifyReply, begin: () => Promise<unknown>): Promise<void>;
  /** The link that answered for the sign-in of this nonce, once; null when none did. */
  takeLinkOf(nonce: string): UsedLink | null;
};

export type UsedLink = { readonly personId: string; readonly madeBy: string | null };
type Waiting = UsedLink & { readonly expiresAtMs: number };

/** The evaluation identity provider: real OpenID Connect, in this process, for one machine. */
export function createEvaluation(deps: IdentityDeps): Evaluation {
  const client = { clientId: 'strongroom', clientSecret: randomBytes(32).toString('base64url') };
  const passes = new Map<string, Waiting>();
  const answered = new Map<string, Waiting>();
  let provider: Promise<Provider> | null = null;
  const issuer = () => deps.origin() + PREFIX;
  const cookie = { path: PREFIX, httpOnly: true, sameSite: 'lax', secure: deps.config.tls !== null } as const;

  const getProvider = (): Promise<Provider> => {
    provider ??= createProvider(
      issuer(),
      { ...client, redirectUri: `${deps.origin()}/sign-in/callback` },
      async (id) => {
        const row = await deps.database.withWorkspace(deps.workspaceId, (within) => selectPersonById(within, id));
        const person = await openPerson(deps, deps.workspaceId, row);
        return person === null ? null : { email: person.email, name: person.name };
      },
    );
    return provider;
  };

  const keep = (among: Map<string, Waiting>, key: string, { personId, madeBy }: UsedLink): void => {
    const oldest = among.keys().next().value;
    if (among.size >= PASSES_MAX && oldest !== undefined) among.delete(oldest);
    among.set(key, { personId, madeBy, expiresAtMs: deps.clock.now().getTime() + PASS_MS });
  };
  const take = (among: Map<string, Waiting>, key: string): UsedLink | null => {
    const found = among.get(key);
    among.delete(key);
    return found === undefined || found.expiresAtMs < deps.clock.now().getTime() ? null : found;
  };
  const takePass = (request: FastifyRequest): UsedLink | null => {
    const secret = request.cookies[COOKIE];
    return secret === undefined ? null : take(passes, hashOf(secret));
  };

  return {
    issuer,
    client,
    async useLink(code, request, reply, begin) {
      refuseForwarded(request);
      const now = deps.clock.now();
      if (!(await isLinkGood(deps.database, hashOf(code), now))) throw identityProblems.badLink();
      await begin();
      const link = await takeLink(deps.database, hashOf(code));
      if (link === null || link.expires_at <= now) throw identityProblems.badLink();
      const secret = newSecretText();
      keep(passes, hashOf(secret), { personId: link.person_id, madeBy: link.made_by });
      reply.setCookie(COOKIE, secret, { ...cookie, maxAge: PASS_MS / 1000 });
    },
    takeLinkOf: (nonce) => take(answered, nonce),
    mount: {
      prefix: PREFIX,
      async handle(request, reply) {
        refuseForwarded(request);
        const oidc = await getProvider();
        if (!request.url.startsWith(`${PREFIX}/interaction/`)) return passOn(oidc, request, reply);
        const link = takePass(request);
        if (link === null) return void reply.redirect('/sign-in?problem=identity/link_needed', 303);
        hijack(reply);
        try {
          // The id token has no room for who made the link; the nonce is what it and the sign-in have in common.
          const { params } = await oidc.interactionDetails(request.raw, reply.raw);
          if (typeof params['nonce'] === 'string') keep(answered, params['nonce'], link);
          await oidc.interactionFinished(
            request.raw,
            reply.raw,
            { login: { accountId: link.personId, remember: false } },
            { mergeWithLastSubmission: false },
          );
        } catch (error) {
          deps.log.warn(
            { err: error, requestId: request.id },
            'an interaction of the evaluation identity provider was not known',
          );
          reply.raw.writeHead(303, { location: '/sign-in?problem=identity/sign_in_expired' }).end();
        }
      },
    },
  };
}

/** INVARIANT 7: the evaluation provider never answers through a proxy, so it can't be put on a network by accident. */
function refuseForwarded(request: FastifyRequest): void {
  if (
    Object.keys(request.headers).some(
      (name) => name === 'forwarded' || name === 'via' || name.startsWith('x-forwarded-'),
    )
  )
    throw identityProblems.forwarded();
}

async function passOn(provider: Provider, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  hijack(reply);
  const raw: IncomingMessage & { originalUrl?: string } = request.raw;
  raw.originalUrl = raw.url ?? '/';
  raw.url = raw.originalUrl.slice(PREFIX.length);
  await provider.callback()(raw, reply.raw);
}

/** `hijack` leaves out the headers that our hooks have set; the security headers belong on these answers too. */
function hijack(reply: FastifyReply): void {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
}
