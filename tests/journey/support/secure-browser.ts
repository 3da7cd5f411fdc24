import { request as requestPlain } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { text } from 'node:stream/consumers';

export type Page = {
  /** Where this was read, or the address that `stopBefore` chose, which was not asked. */
  readonly at: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};
export type Sent = { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };

export type SecureBrowser = {
  /** One request, no redirect followed. */
  send(address: string | URL, init?: Sent): Promise<Page>;
  /** Follows redirects to a page, or until `stopBefore` says that the next address is not to be asked. */
  follow(address: string | URL, init?: Sent, stopBefore?: (next: URL) => boolean): Promise<Page>;
  /** A call below `/api/v1`, with the headers that pages of ours send. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  /** What was set last under the name, as it was sent. */
  cookieLine(name: string): string | null;
};

type Cookie = { readonly line: string; readonly pair: string; readonly path: string; readonly secure: boolean };
const HOPS_MAX = 12;

/**
 * A browser as far as cookies, redirects and certificates go: it trusts `certificate` alone, and sends a `Secure` cookie
 * over TLS only.
 */
export function openSecureBrowser(origin: string, certificate: string): SecureBrowser {
  const jar = new Map<string, Cookie>();
  const cookiesFor = (url: URL): string =>
    [...jar]
      .filter(
        ([key, { path, secure }]) =>
          key.startsWith(`${url.hostname} `) && url.pathname.startsWith(path) && (!secure || url.protocol === 'https:'),
      )
      .map(([, { pair }]) => pair)
      .join('; ');

  const send: SecureBrowser['send'] = async (address, init = {}) => {
    const url = new URL(address, origin);
    const cookie = cookiesFor(url);
    const options = {
      method: init.method ?? 'GET',
      agent: false as const,
      headers: { ...(cookie === '' ? {} : { cookie }), ...init.headers },
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? requestSecure(url, { ...options, ca: certificate }, resolve)
          : requestPlain(url, options, resolve);
      request.once('error', reject).end(init.body);
    });
    for (const line of response.headers['set-cookie'] ?? []) keep(jar, url.hostname, line);
    return { at: url, status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
  };

  return {
    send,
    async follow(address, init, stopBefore = () => false) {
      let page = await send(address, init);
      for (let hop = 0; hop < HOPS_MAX; hop += 1) {
        const { location } = page.headers;
        if (location === undefined) return page;
        const next = new URL(location, page.at);
        if (stopBefore(next)) return { ...page, at: next };
        page = await send(next);
      }
      throw new Error(`too many redirects, at last to ${page.at.pathname}`);
    },
    async call(method, path, body) {
      const page = await send(`/api/v1/${path}`, {
        method,
        headers: {
          'sec-fetch-site': 'same-origin',
          'x-strongroom': '1',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: page.status, body: page.text === '' ? {} : (JSON.parse(page.text) as Record<string, unknown>) };
    },
    cookieLine: (name) => jar.get(`${new URL(origin).hostname} ${name}`)?.line ?? null,
  };
}

function keep(jar: Map<string, Cookie>, host: string, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */);
  const equals = pair.indexOf('=');
  const has = (wanted: string) => attributes.some((attribute) => attribute.toLowerCase() === wanted);
  const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/';
  const key = `${host} ${pair.slice(0, equals)}`;
  if (equals === pair.length - 1 || has('max-age=0')) jar.delete(key);
  else jar.set(key, { line, pair, path, secure: has('secure') });
}
