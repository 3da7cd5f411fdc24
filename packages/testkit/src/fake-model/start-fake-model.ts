import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the endpoint answers the next requests. */
export type FakeModelBehaviour =
  | { readonly kind: 'reply'; readonly content: string }
  /** One after the other; the last one again and again. */
  | { readonly kind: 'replies'; readonly contents: readonly [string, ...string[]] }
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  | { readonly kind: 'html' }
  | { readonly kind: 'half-json' }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'huge'; readonly bytes: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' };

export type FakeModelRequest = { readonly path: string; readonly authorization: string | null; readonly body: string };

export type FakeModel = AsyncDisposable & {
  /** Base URL, e.g. `http://127.0.0.1:41234/v1`. */
  readonly url: string;
  /** Every request received, with its exact body. */
  readonly requests: readonly FakeModelRequest[];
  behave(behaviour: FakeModelBehaviour): void;
  /** Resolves when a request has arrived that was not there before. */
  nextRequest(): Promise<FakeModelRequest>;
  stop(): Promise<void>;
};

/** An OpenAI-compatible chat endpoint on loopback that answers as told, well or badly. */
export async function startFakeModel(
  first: FakeModelBehaviour = { kind: 'reply', content: 'SELECT 1' },
): Promise<FakeModel> {
  let behaviour = first;
  const requests: FakeModelRequest[] = [];
  const waiting: ((request: FakeModelRequest) => void)[] = [];
  const server = createServer((request, response) => {
    // A caller that leaves in the middle of its request gets nothing.
    receive(request, response).catch(() => response.destroy());
  });
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen: FakeModelRequest = {
      path: request.url ?? '',
      authorization: request.headers.authorization ?? null,
      body: await readBody(request),
    };
    requests.push(seen);
    for (const resolve of waiting.splice(0)) resolve(seen);
    const now = behaviour;
    if (now.kind === 'replies' && now.contents.length > 1)
      behaviour = { ...now, contents: now.contents.slice(1) as [string, ...string[]] };
    answer(now, response);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    behave: (next) => {
      behaviour = next;
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function completion(content: string): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

function answer(behaviour: FakeModelBehaviour, response: ServerResponse): void {
  const json = { 'content-type': 'application/json' };
  switch (behaviour.kind) {
    case 'reply':
      response.writeHead(200, json).end(completion(behaviour.content));
      return;
    case 'replies':
      response.writeHead(200, json).end(completion(behaviour.contents[0]));
      return;
    case 'status':
      response.writeHead(behaviour.status, json).end(behaviour.body ?? '{"error":{"message":"no"}}');
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
      return;
    case 'half-json':
      response.writeHead(200, json).end(completion('SELECT 1').slice(0, 40));
      return;
    case 'redirect':
      response.writeHead(307, { location: behaviour.location }).end();
      return;
    case 'huge':
      response.writeHead(200, json).end(completion('x'.repeat(behaviour.bytes)));
      return;
    case 'drop':
      response.destroy();
      return;
    case 'hang':
      return;
  }
}
