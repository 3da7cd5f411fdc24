import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type Outcome, TransitKeys } from './transit-keys.ts';

/** What an engine under attack, or something else at its address, answers to everything. */
export type FakeTransitAnswer = { readonly status: number; readonly body: string } | 'hang' | 'drop';

export type FakeTransit = AsyncDisposable & {
  /** Of the mount, e.g. `http://127.0.0.1:41234/v1/transit`. */
  readonly url: string;
  /** The one that is accepted at first. */
  readonly token: string;
  /** Every request, e.g. `POST keys/strongroom-root/rotate`, also the refused ones. */
  readonly requests: readonly string[];
  /** Accepts only this token from now on; null accepts none. */
  accept(token: string | null): void;
  /** As an operator does in an emergency: nothing is answered until it is unsealed. */
  seal(): void;
  unseal(): void;
  /** Answers so from now on; null: as an engine does. */
  answerWith(answer: FakeTransitAnswer | null): void;
};

/**
 * The transit engine of HashiCorp Vault and OpenBao on loopback, as far as we use it: keys (create, read, rotate, config, trim),
 * encrypt and decrypt with associated data, HMAC; its statuses, its refusals, its token.
 */
export async function startFakeTransit(): Promise<FakeTransit> {
  const token = 'hvs.fake-token-of-the-tests';
  const keys = new TransitKeys();
  const requests: string[] = [];
  let accepted: string | null = token;
  let sealed = false;
  let forced: FakeTransitAnswer | null = null;

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').replace('/v1/transit/', '');
    requests.push(`${request.method} ${path}`);
    const body = request.method === 'POST' ? await json(request).catch(() => null) : {};
    if (forced === 'hang') return;
    if (forced === 'drop') response.destroy();
    else if (forced !== null) response.writeHead(forced.status, JSON_TYPE).end(forced.body);
    else if (sealed) fail(response, 503, 'Vault is sealed');
    else if (accepted === null || request.headers['x-vault-token'] !== accepted)
      fail(response, 403, 'permission denied');
    else if (typeof body !== 'object' || body === null) fail(response, 400, 'failed to parse JSON input');
    else answer(response, perform(keys, `${request.method} ${path}`, body as Record<string, unknown>));
  };
  const server = createServer((request, response) => {
    // A caller that leaves in the middle of its request gets nothing.
    receive(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/transit`,
    token,
    requests,
    accept: (next) => {
      accepted = next;
    },
    seal: () => {
      sealed = true;
    },
    unseal: () => {
      sealed = false;
    },
    answerWith: (next) => {
      forced = next;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** null: there is no such operation. */
function perform(keys: TransitKeys, request: string, body: Readonly<Record<string, unknown>>): Outcome | null {
  const [, operation = '', name = '', rest = ''] = /^(\w+ \w+)\/([\w.-]+)(\/[\w-]+)?$/.exec(request) ?? [];
  switch (`${operation}${rest}`) {
    case 'GET keys':
      return keys.read(name);
    case 'POST keys':
      return keys.create(name);
    case 'POST keys/rotate':
      return keys.rotate(name);
    case 'POST keys/config':
      return keys.configure(name, body);
    case 'POST keys/trim':
      return keys.trim(name, body);
    case 'POST encrypt':
      return keys.encrypt(name, body);
    case 'POST decrypt':
      return keys.decrypt(name, body);
    case 'POST hmac/sha2-256':
      return keys.hmac(name, body);
    default:
      return null;
  }
}

function answer(response: ServerResponse, outcome: Outcome | null): void {
  if (outcome === null) fail(response, 404, 'unsupported path');
  else if (outcome.kind === 'missing') response.writeHead(404, JSON_TYPE).end('{"errors":[]}');
  else if (outcome.kind === 'refused') fail(response, 400, outcome.why);
  else
    response
      .writeHead(200, JSON_TYPE)
      .end(
        JSON.stringify({ request_id: 'fake', lease_id: '', renewable: false, lease_duration: 0, data: outcome.data }),
      );
}

function fail(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, JSON_TYPE).end(JSON.stringify({ errors: [why] }));
}
