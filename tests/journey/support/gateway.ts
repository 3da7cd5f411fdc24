import { type FakeModel, type RunningServer, startFakeModel, startServer } from '@strongroom/testkit';
import { call } from './calls.ts';

/** A server with a fake upstream behind its gateway, which has one model, `small`. */
export type GatewayWorld = AsyncDisposable & {
  readonly server: RunningServer;
  readonly model: FakeModel;
  /** What a client is pointed at. */
  readonly baseUrl: string;
};

export type ApiKey = { readonly id: string; readonly secret: string };

export async function startGateway(env: Readonly<Record<string, string>> = {}, home?: string): Promise<GatewayWorld> {
  const model = await startFakeModel({ kind: 'openai', content: 'Ulm is on the Danube.' });
  const settings = {
    STRONGROOM_SAMPLE: 'off',
    STRONGROOM_MODEL_URL: model.url,
    STRONGROOM_MODEL: 'small',
    STRONGROOM_MODEL_KEY: 'key of the upstream',
    ...env,
  };
  const server = await startServer({ env: settings, ...(home === undefined ? {} : { home }) });
  return {
    server,
    model,
    baseUrl: `${server.url}/v1`,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await model.stop();
    },
  };
}

export async function makeKey(
  server: RunningServer,
  { scopes = ['gateway'], person, token }: { scopes?: readonly string[]; person?: string; token?: string } = {},
): Promise<ApiKey> {
  const wish = { name: 'app', scopes, ...(person === undefined ? {} : { person }) };
  const { status, body } = await call(server, 'POST', 'tokens', wish, token === undefined ? {} : { token });
  if (status !== 200) throw new Error(`no key was made: ${JSON.stringify(body)}`);
  return { id: (body['token'] as { id: string }).id, secret: String(body['secret']) };
}

export type GatewayReply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `code` of an error in OpenAI's shape; null for none. */
  readonly code: string | null;
};

/** One call at `/v1`; a body that is no text or bytes goes as JSON. */
export async function ask(
  { baseUrl }: Pick<GatewayWorld, 'baseUrl'>,
  { secret }: Pick<ApiKey, 'secret'>,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  method: string = body === undefined ? 'GET' : 'POST',
): Promise<GatewayReply> {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const response = await fetch(`${baseUrl}/${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: sent as NonNullable<RequestInit['body']> }),
  });
  const text = await response.text();
  const error = text.startsWith('{"error":') ? (JSON.parse(text) as { error: { code: string } }).error : null;
  return { status: response.status, headers: response.headers, text, code: error?.code ?? null };
}

export const chat = (content: string, more: object = {}) => ({
  model: 'small',
  messages: [{ role: 'user', content }],
  ...more,
});
