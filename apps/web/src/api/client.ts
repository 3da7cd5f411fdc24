import { ProblemError, type ProblemCode, problemSchema } from '@strongroom/protocol';

const BASE = '/api/v1';

/** What a schema of the protocol is used for here. */
type Parser<T> = { parse(value: unknown): T };
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Sending = {
  body?: unknown;
  raw?: Blob;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  keepalive?: boolean;
};

const signedOutListeners = new Set<() => void>();

/** Called whenever the server says that nobody is signed in any more. Returns how to stop listening. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** Throws `ProblemError` with the server's own code, or `web/unreachable` and `web/unreadable_answer`. */
export async function call<T>(output: Parser<T>, method: Method, path: string, sending: Sending = {}): Promise<T> {
  const response = await send(method, path, sending);
  try {
    return output.parse(await response.json());
  } catch (cause) {
    throw new ProblemError('web/unreadable_answer', 502, 'the server answered something this page cannot read', {
      internal: String(cause),
    });
  }
}

/** The answer as it was sent, where each byte of it counts. */
export async function callForText(method: Method, path: string, sending: Sending = {}): Promise<string> {
  const response = await send(method, path, sending);
  try {
    return await response.text();
  } catch {
    throw new ProblemError('web/broken_off', 502, 'the answer broke off before its end');
  }
}

/** The bytes of the answer, for a file that must be what was sent. */
export async function callForBytes(method: Method, path: string, sending: Sending = {}): Promise<Blob> {
  const response = await send(method, path, sending);
  try {
    return await response.blob();
  } catch {
    throw new ProblemError('web/broken_off', 502, 'the answer broke off before its end');
  }
}

/** The list inside an answer like `{ "sources": [...] }`. */
export function listIn<T>(name: string, list: Parser<T[]>): Parser<T[]> {
  return {
    parse: (value) =>
      list.parse(
        typeof value === 'object' && value !== null && name in value
          ? (value as Record<string, unknown>)[name]
          : undefined,
      ),
  };
}

/** For verbs whose answer says nothing more than that it is done. */
export async function callForNothing(method: Method, path: string, sending: Sending = {}): Promise<void> {
  const response = await send(method, path, sending);
  await response.body?.cancel();
}

async function send(method: Method, path: string, sending: Sending): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...sending.headers };
  if (method !== 'GET') headers['x-strongroom'] = '1';
  if (sending.body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (sending.raw !== undefined) init.body = sending.raw;
  else if (sending.body !== undefined) init.body = JSON.stringify(sending.body);
  if (sending.signal !== undefined) init.signal = sending.signal;
  // Goes out though the page is being left.
  if (sending.keepalive !== undefined) init.keepalive = sending.keepalive;
  const response = await fetchOrExplain(path.startsWith('/evaluation/') ? path : BASE + path, init);
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function fetchOrExplain(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new ProblemError('web/unreachable', 503, 'the server did not answer');
  }
}

/** The problem document of a response that is not 2xx. */
export async function problemOf(response: Response): Promise<ProblemError> {
  if (response.status === 401) for (const listener of signedOutListeners) listener();
  return problemFrom(response.status, await response.json().catch(() => null));
}

export function problemFrom(status: number, body: unknown): ProblemError {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success)
    return new ProblemError('web/unexplained', status, `the server refused with status ${status} and gave no reason`);
  const { code, title, detail } = parsed.data;
  return new ProblemError(code as ProblemCode, parsed.data.status, detail ?? title, { members: parsed.data });
}

/** A name or id as one segment of a path. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}

/** A body as it arrives; whoever stops reading lets the connection go. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
