import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Configuration, Provider } from 'oidc-provider';
import { MemoryAdapter } from '../../../apps/server/src/capabilities/identity/evaluation/memory-adapter.ts';

export type Account = { readonly email: string; readonly verified: boolean };
export type CustomerIssuer = AsyncDisposable & {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

/**
 * An OpenID Connect provider as a customer has one: its own accounts (by subject), an RSA key, a login form that asks for
 * the field `login`, and the email address in the user info alone. We are one of its clients.
 */
export async function startCustomerIssuer(
  accounts: Readonly<Record<string, Account>>,
  redirectUri: string,
): Promise<CustomerIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['strongroom-of-a-customer', randomBytes(24).toString('hex')];
  const provider = new Provider(url, configure(accounts, { clientId, clientSecret, redirectUri }));
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/login/') !== true) return void answer(request, response);
    if (request.method === 'GET')
      return void response.end('<form method="post"><input name="login"><button>Sign in</button></form>');
    void text(request).then((body) =>
      provider.interactionFinished(request, response, {
        login: { accountId: new URLSearchParams(body).get('login') ?? '' },
      }),
    );
  });
  return {
    url,
    clientId,
    clientSecret,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configure(
  accounts: Readonly<Record<string, Account>>,
  client: { clientId: string; clientSecret: string; redirectUri: string },
): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    adapter: MemoryAdapter,
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [client.redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    findAccount: async (_context, id) => {
      const account = accounts[id];
      if (account === undefined) return undefined;
      return {
        accountId: id,
        claims: () => ({ sub: id, email: account.email, email_verified: account.verified, name: id }),
      };
    },
    interactions: { url: (_context, interaction) => `/login/${interaction.uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const accountId = oidc.session?.accountId;
      if (oidc.client === undefined || accountId === undefined) return undefined;
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Grant: 600, Interaction: 600, Session: 600 },
  };
}
