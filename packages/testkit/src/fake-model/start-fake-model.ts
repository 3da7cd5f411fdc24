import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerEvents, answerOpenai } from './answer-openai.ts';

/** How the endpoint answers the next requests. */
export type FakeModelBehaviour =
  /** A chat, whole or streamed, as it is asked for. */
  | { readonly kind: 'reply'; readonly content: string }
  /** One after the other; the last one again and again. */
  | { readonly kind: 'replies'; readonly contents: readonly [string, ...string[]] }
  /** As OpenAI does, whatever is asked: chats, embeddings and responses, whole or streamed. */
  | { readonly kind: 'openai'; readonly content: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'html' }
  | { readonly kind: 'half-json' }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'huge'; readonly bytes: number }
  /** These bytes, of that type. */
  | { readonly kind: 'raw'; readonly contentType: string; readonly body: string }
  /** Events of so many bytes; `count` may be Infinity. */
  | { readonly kind: 'events'; readonly count: number; readonly eventBytes: number }
  /** These events, and then nothing, or the end of the connection. */
  | { readonly kind: 'broken-events'; readonly events: readonly string[]; readonly ending: 'hang' | 'drop' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' };

export type FakeModelRequest = {
  readonly path: string;
  readonly authorization: string | null;
  readonly body: string;
  /** All of its headers; not enumerable, so that what is compared is what was sent to be read. */
  readonly headers: IncomingHttpHeaders;
};

export type FakeModel = AsyncDisposable & {
  /** Base URL, e.g. `http://127.0.0.1:41234/v1`. */
  readonly url: string;
  /** Every request received, with its exact body; none with `remembers: false`. */
  readonly requests: readonly FakeModelRequest[];
  /** How many replies the other side left before their end. */
  readonly abandoned: number;
  behave(behaviour: FakeModelBehaviour): void;
  /** Resolves when a request has arrived that was not there before. */
  nextRequest(): Promise<FakeModelRequest>;
  /** Resolves when the other side has left a reply before its end. */
  nextAbandoned(): Promise<void>;
  stop(): Promise<void>;
};

/** An OpenAI-compatible endpoint on loopback that answers as told, well or badly. */
export async function startFakeModel(
  first: FakeModelBehaviour = { kind: 'reply', content: 'SELECT 1' },
  { remembers = true }: { readonly remembers?: boolean } = {},
): Promise<FakeModel> {
  let behaviour = first;
  let abandoned = 0;
  const requests: FakeModelRequest[] = [];
  const waiting: ((request: FakeModelRequest) => void)[] = [];
  const waitingForEnd: (() => void)[] = [];
  const server = createServer((request, response) => {
    response.once('close', () => {
      if (response.writableFinished) return;
      abandoned += 1;
      for (const resolve of waitingForEnd.splice(0)) resolve();
    });
    // A caller that leaves in the middle of its request gets nothing.
    receive(request, response).catch(() => response.destroy());
  });
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '', headers } = request;
    const body = await readBody(request);
    if (remembers) {
      const plain = { path, authorization: headers.authorization ?? null, body };
      const seen: FakeModelRequest = Object.defineProperty(plain, 'headers', { value: headers }) as FakeModelRequest;
      requests.push(seen);
      for (const resolve of waiting.splice(0)) resolve(seen);
    }
    const now = behaviour;
    if (now.kind === 'replies' && now.contents.length > 1)
      behaviour = { ...now, contents: now.contents.slice(1) as [string, ...string[]] };
    answer(now, path, body, response);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get abandoned() {
      return abandoned;
    },
    behave: (next) => {
      behaviour = next;
    },
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    nextAbandoned: () => new Promise((resolve) => waitingForEnd.push(resolve)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

const CHAT = '/chat/completions';

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

function answer(behaviour: FakeModelBehaviour, path: string, body: string, response: ServerResponse): void {
  const json = { 'content-type': 'application/json' };
  switch (behaviour.kind) {
    case 'reply':
      answerOpenai(CHAT, body, behaviour.content, response);
      return;
    case 'replies':
      answerOpenai(CHAT, body, behaviour.contents[0], response);
      return;
    case 'openai':
      answerOpenai(path, body, behaviour.content, response);
      return;
    case 'status':
      response
        .writeHead(behaviour.status, { ...json, ...behaviour.headers })
        .end(behaviour.body ?? '{"error":{"message":"no"}}');
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
    case 'raw':
      response.writeHead(200, { 'content-type': behaviour.contentType }).end(behaviour.body);
      return;
    case 'events':
      answerEvents(behaviour.count, behaviour.eventBytes, response);
      return;
    case 'broken-events':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of behaviour.events) response.write(event);
      if (behaviour.ending === 'drop') setImmediate(() => response.destroy());
      return;
    case 'drop':
      response.destroy();
      return;
    case 'hang':
      return;
  }
}
