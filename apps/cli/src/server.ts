import { appendFile } from 'node:fs/promises';
import type { Address } from './find-server.ts';
import { CommandFailure } from './failure.ts';

export type Request = {
  readonly body?: unknown;
  /** Bytes as they are, streamed; instead of `body`. */
  readonly raw?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

export type Server = {
  readonly url: string;
  /** Calls `path` under `/api/v1` and gives the parsed JSON answer, undefined when there is none. */
  call<T>(method: string, path: string, request?: Request): Promise<T>;
  /** The same, leaving the body of a good answer to be read. Throws `CommandFailure` for any other. */
  open(method: string, path: string, request?: Request): Promise<Response>;
};

/** `promises`: a file to which every promise of the audit log is added, a line each, before its answer is looked at; null keeps none. */
export function connect(address: Address, promises: string | null = null): Server {
  const open = async (method: string, path: string, request: Request = {}): Promise<Response> => {
    const response = await fetch(`${address.url}/api/v1/${path}`, toFetch(method, address.token, request)).catch(
      (error: unknown) => {
        throw unreachable(address.url, error);
      },
    );
    const promise = response.headers.get('strongroom-promise');
    if (promise !== null && promises !== null) await appendFile(promises, `${promise}\n`, { mode: 0o600 });
    if (!response.ok) throw await failureOf(response, address);
    return response;
  };
  return {
    url: address.url,
    open,
    call: async <T>(method: string, path: string, request?: Request): Promise<T> => {
      const response = await open(method, path, request);
      const text = await response.text().catch((error: unknown) => {
        throw unreachable(address.url, error);
      });
      if (text === '') return undefined as T;
      try {
        return JSON.parse(text) as T;
      } catch {
        throw new CommandFailure('cli/not_strongroom', `what answers at ${address.url} is not Strongroom`);
      }
    },
  };
}

/** A value of a path: names hold any character. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}

function toFetch(method: string, token: string | null, request: Request): RequestInit {
  const json = request.body !== undefined;
  return {
    method,
    redirect: 'error',
    headers: {
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...request.headers,
    },
    ...(json ? { body: JSON.stringify(request.body) } : {}),
    ...(request.raw === undefined ? {} : { body: request.raw }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

function unreachable(url: string, error: unknown): CommandFailure {
  const cause =
    error instanceof Error && error.cause instanceof Error && 'code' in error.cause
      ? ` (${String(error.cause.code)})`
      : '';
  return new CommandFailure(
    'cli/unreachable',
    `no Strongroom answers at ${url}${cause}; \`npm start\` starts one, STRONGROOM_URL names another`,
  );
}

async function failureOf(response: Response, address: Address): Promise<CommandFailure> {
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 401 && address.token === null) {
    return new CommandFailure(
      'cli/no_token',
      `${address.url} wants to know who asks: set STRONGROOM_TOKEN, or run this where its STRONGROOM_HOME is`,
    );
  }
  if (typeof body !== 'object' || body === null || !('code' in body) || typeof body.code !== 'string') {
    return new CommandFailure(
      'cli/not_strongroom',
      `what answers at ${address.url} is not Strongroom (status ${response.status})`,
    );
  }
  // RFC 9457: `title` is the sentence, `detail` says more about this case.
  const said = ['title', 'detail']
    .map((member) => (body as Record<string, unknown>)[member])
    .filter((text) => typeof text === 'string' && text !== '');
  return new CommandFailure(body.code, said.join(': ') || 'refused', body);
}
