import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Configuration, Provider } from 'oidc-provider';
import { MemoryAdapter } from './memory-adapter.ts';

export type ProviderClient = { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string };
export type AccountFinder = (id: string) => Promise<{ email: string; name: string } | null>;

const MINUTES = 60;

/**
 * A real OpenID Connect provider with keys made now, one client (us) and no password: `interaction` says who it is by
 * the one-time link. Loaded on demand, since it is the heaviest part of the start.
 */
export async function createProvider(
  issuer: string,
  client: ProviderClient,
  findAccount: AccountFinder,
): Promise<Provider> {
  const { Provider: OidcProvider } = await import('oidc-provider');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const prefix = new URL(issuer).pathname;
  const configuration: Configuration = {
    adapter: MemoryAdapter,
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [client.redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        id_token_signed_response_alg: 'ES256',
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: {
      keys: [
        { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' },
      ],
    },
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      long: { path: prefix, httpOnly: true, sameSite: 'lax' },
      short: { path: prefix, httpOnly: true, sameSite: 'lax' },
    },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    findAccount: async (_context, id) => {
      const account = await findAccount(id);
      return account === null
        ? undefined
        : {
            accountId: id,
            claims: () => ({ sub: id, email: account.email, email_verified: true, name: account.name }),
          };
    },
    interactions: { url: (_context, interaction) => `${prefix}/interaction/${interaction.uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const accountId = oidc.session?.accountId;
      if (oidc.client === undefined || accountId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    renderError: async (context) => context.redirect('/sign-in?problem=identity/sign_in_failed'),
    ttl: {
      AccessToken: MINUTES,
      AuthorizationCode: MINUTES,
      IdToken: MINUTES,
      Grant: 10 * MINUTES,
      Interaction: 10 * MINUTES,
      Session: 10 * MINUTES,
    },
  };
  return new OidcProvider(issuer, configuration);
}
