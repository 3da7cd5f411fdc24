import type { RunningServer } from '@strongroom/testkit';
import type { Reply } from './calls.ts';

export type SignedIn = {
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The response itself, for answers that stream. */
  send(path: string, init?: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }): Promise<Response>;
};

const HOPS_MAX = 12;

/**
 * A browser as far as cookies, redirects and the headers go by which the server tells our own pages: takes a one-time
 * link through real OpenID Connect to a session. Throws where it ends anywhere but in the app.
 */
export async function signIn(server: Pick<RunningServer, 'url'>, link: string): Promise<SignedIn> {
  const jar = new Map<string, { value: string; path: string }>();
  const send: SignedIn['send'] = async (address, init = {}) => {
    const url = new URL(address, server.url);
    const cookie = [...jar].flatMap(([name, { value, path }]) =>
      url.pathname.startsWith(path) ? [`${name}=${value}`] : [],
    );
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: {
        'sec-fetch-site': 'same-origin',
        'x-strongroom': '1',
        ...(cookie.length === 0 ? {} : { cookie: cookie.join('; ') }),
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  };

  const used = await send('/evaluation/link', post({ code: new URL(link).hash.slice('#code='.length) }));
  if (used.status !== 204) throw new Error(`the link was refused: ${await used.text()}`);
  let at = '/sign-in/start';
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const response = await send(at);
    await response.body?.cancel();
    const next = response.headers.get('location');
    if (next === null) throw new Error(`signing in stopped at ${new URL(at, server.url).pathname}`);
    at = new URL(next, new URL(at, server.url)).href;
    if (at.includes('problem=')) throw new Error(`signing in failed: ${new URL(at).search}`);
    if (new URL(at).pathname === '/') break;
  }
  return {
    send,
    async call(method, path, body) {
      const response = await send(`/api/v1/${path}`, body === undefined ? { method } : { ...post(body), method });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    },
  };
}

function post(body: unknown): RequestInit & { headers: Record<string, string> } {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function keep(jar: Map<string, { value: string; path: string }>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */);
  const name = pair.slice(0, pair.indexOf('='));
  const value = pair.slice(pair.indexOf('=') + 1);
  const attribute = (wanted: string) =>
    attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
  if (value === '' || attribute('max-age') === '0') jar.delete(name);
  else jar.set(name, { value, path: attribute('path') ?? '/' });
}
