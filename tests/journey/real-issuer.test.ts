import { readdir, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type AddressInfo, connect as connectPlain, createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { LedgerEntry } from '@strongroom/protocol';
import {
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
  type RunningServer,
  startRefused,
  startServer,
  type TemporaryFolder,
  temporaryFolder,
} from '@strongroom/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CustomerIssuer, startCustomerIssuer } from './support/customer-issuer.ts';
import { openSecureBrowser, type Page, type SecureBrowser } from './support/secure-browser.ts';

const SESSION_COOKIE = '__Host-strongroom';
const ACCOUNTS = {
  ada: { email: 'ada@example.com', verified: true },
  'second-ada': { email: 'Ada@Example.com', verified: true },
  grace: { email: 'grace@example.com', verified: true },
  // Typed somebody else's address into the provider, which never checked it.
  mallory: { email: 'grace@example.com', verified: false },
  nobody: { email: 'nobody@example.com', verified: true },
} as const;
type Who = keyof typeof ACCOUNTS;

let folder: TemporaryFolder;
let port: number;
let origin: string;
let issuer: CustomerIssuer;
let server: RunningServer;
let ada: SecureBrowser;

beforeAll(async () => {
  folder = await temporaryFolder('issuer');
  port = await freePort();
  origin = `https://localhost:${port}`;
  issuer = await startCustomerIssuer(ACCOUNTS, `${origin}/sign-in/callback`);
  await writeFile(join(folder.path, 'client-secret'), `${issuer.clientSecret}\n`);
  await writeFile(join(folder.path, 'cert.pem'), LOCALHOST_CERTIFICATE);
  await writeFile(join(folder.path, 'key.pem'), LOCALHOST_KEY);
  server = await startServer({
    env: {
      ...tls(),
      ...realIssuer(),
      STRONGROOM_SAMPLE: 'off',
      STRONGROOM_HOST: '127.0.0.1',
      STRONGROOM_PORT: String(port),
      STRONGROOM_PUBLIC_URL: origin,
      STRONGROOM_ADMIN_EMAIL: 'ada@example.com',
    },
  });
  ada = (await signIn('ada')).browser;
  await ada.call('POST', 'people', { email: 'grace@example.com' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const tls = () => ({
  STRONGROOM_TLS_CERT: join(folder.path, 'cert.pem'),
  STRONGROOM_TLS_KEY: join(folder.path, 'key.pem'),
});
const realIssuer = () => ({
  STRONGROOM_OIDC_ISSUER: issuer.url,
  STRONGROOM_OIDC_CLIENT_ID: issuer.clientId,
  STRONGROOM_OIDC_CLIENT_SECRET_FILE: join(folder.path, 'client-secret'),
});

/** The settings name a port before the server has one. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port: free } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}

const newBrowser = () => openSecureBrowser(origin, LOCALHOST_CERTIFICATE);
const isCallback = (next: URL) => next.pathname === '/sign-in/callback';
const logInAs = (who: Who) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: `login=${who}`,
});

/** From our door to the provider's login form and back; `page` is where it ended. */
async function signIn(who: Who): Promise<{ browser: SecureBrowser; page: Page }> {
  const browser = newBrowser();
  const form = await browser.follow('/sign-in/start');
  return { browser, page: await browser.follow(form.at, logInAs(who)) };
}

/** As far as the redirect back to us, which is not asked yet. */
async function signInUntilCallback(browser: SecureBrowser, start: string | URL = '/sign-in/start'): Promise<URL> {
  const form = await browser.follow(start);
  return (await browser.follow(form.at, logInAs('ada'), isCallback)).at;
}

async function refusals(): Promise<LedgerEntry[]> {
  const { body } = await ada.call('GET', 'ledger?action=identity.sign_in_refused&limit=500');
  return body['entries'] as LedgerEntry[];
}

/** Neither a session nor a word to anybody but the log. */
async function expectRefused(browser: SecureBrowser, page: Page, code: string): Promise<void> {
  expect(page.at.href).toBe(`${origin}/sign-in?problem=${code}`);
  expect(browser.cookieLine(SESSION_COOKIE)).toBeNull();
  expect((await browser.call('GET', 'me')).status).toBe(401);
  expect((await refusals())[0]).toMatchObject({
    actor: { kind: 'anonymous' },
    decision: { allowed: false, reason: code },
  });
}

test('the administrator named in the settings signs in by the provider to a session that TLS and this host hold', async () => {
  const { browser, page } = await signIn('ada');
  expect(page.at.href).toBe(`${origin}/`);
  const line = browser.cookieLine(SESSION_COOKIE) ?? '';
  for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) expect(line).toContain(`; ${attribute}`);
  expect(line).not.toMatch(/domain=/i);
  const { body } = await browser.call('GET', 'me');
  expect(body).toMatchObject({ person: { email: 'ada@example.com', role: 'admin' }, evaluation: false });
  const entries = (await ada.call('GET', 'ledger?action=identity.signed_in&limit=2')).body['entries'] as LedgerEntry[];
  expect(entries.map(({ outcome }) => outcome)).toEqual(['done', 'begun']);
  expect(entries[0]).toMatchObject({ actor: { name: 'ada@example.com' }, decision: { reason: 'identity provider' } });
});

test('an invited person comes in as who was invited', async () => {
  const { browser, page } = await signIn('grace');
  expect(page.at.href).toBe(`${origin}/`);
  expect((await browser.call('GET', 'me')).body).toMatchObject({
    person: { email: 'grace@example.com', role: 'viewer' },
  });
});

describe('who is refused, and recorded', () => {
  test.each<[string, Who, string]>([
    [
      'an account whose address the provider never verified, though it is an invited one',
      'mallory',
      'identity/email_not_verified',
    ],
    ['an account that nobody invited', 'nobody', 'identity/not_invited'],
    ['a second account with the address of somebody who is here already', 'second-ada', 'identity/other_account'],
  ])('%s', async (_what, who, code) => {
    const { browser, page } = await signIn(who);
    await expectRefused(browser, page, code);
  });

  test('nobody is added by trying', async () => {
    await signIn('nobody');
    const people = (await ada.call('GET', 'people')).body['people'] as { email: string }[];
    expect(people.map(({ email }) => email).toSorted()).toEqual(['ada@example.com', 'grace@example.com']);
  });
});

describe('a redirect back that is not the end of the sign-in this browser began', () => {
  test('is refused when the browser began none: nobody is signed in to an account of another', async () => {
    const callback = await signInUntilCallback(newBrowser());
    const victim = newBrowser();
    await expectRefused(victim, await victim.follow(callback), 'identity/sign_in_expired');
  });

  test('is refused when it belongs to another browser that began one too', async () => {
    const callback = await signInUntilCallback(newBrowser());
    const victim = newBrowser();
    await victim.follow('/sign-in/start');
    await expectRefused(victim, await victim.follow(callback), 'identity/sign_in_failed');
  });

  test.each(['state', 'iss', 'code'])('is refused with another `%s`', async (name) => {
    const browser = newBrowser();
    const callback = await signInUntilCallback(browser);
    callback.searchParams.set(name, name === 'iss' ? 'https://other.example.com' : 'x'.repeat(43));
    await expectRefused(browser, await browser.follow(callback), 'identity/sign_in_failed');
  });

  test('is refused with the code of another sign-in, which PKCE tells', async () => {
    const [browser, other] = [newBrowser(), newBrowser()];
    const [callback, foreign] = [await signInUntilCallback(browser), await signInUntilCallback(other)];
    callback.searchParams.set('code', foreign.searchParams.get('code') ?? '');
    await expectRefused(browser, await browser.follow(callback), 'identity/sign_in_failed');
  });

  test('is refused when the id token is for another nonce', async () => {
    const browser = newBrowser();
    const toProvider = (await browser.follow('/sign-in/start', {}, (next) => next.origin === issuer.url)).at;
    expect(toProvider.searchParams.get('code_challenge_method')).toBe('S256');
    toProvider.searchParams.set('nonce', 'of-somebody-else');
    const callback = await signInUntilCallback(browser, toProvider);
    await expectRefused(browser, await browser.follow(callback), 'identity/sign_in_failed');
  });

  test('is refused the second time', async () => {
    const browser = newBrowser();
    const callback = await signInUntilCallback(browser);
    expect((await browser.send(callback)).headers.location).toBe('/');
    const again = newBrowser();
    await expectRefused(again, await again.follow(callback), 'identity/sign_in_expired');
    expect((await browser.follow(callback)).at.search).toBe('?problem=identity/sign_in_expired');
  });
});

test('signing out ends the session for whoever still holds its cookie', async () => {
  const { browser } = await signIn('grace');
  const held = browser.cookieLine(SESSION_COOKIE)?.split(';')[0] ?? '';
  expect((await browser.call('DELETE', 'sessions/current')).status).toBe(204);
  expect(browser.cookieLine(SESSION_COOKIE)).toBeNull();
  const thief = newBrowser();
  expect((await thief.send('/api/v1/me', { headers: { cookie: held } })).status).toBe(401);
});

describe('nothing of the evaluation is left', () => {
  test('no token file, no link at the start', async () => {
    expect(server.adminToken).toBeNull();
    expect(await readdir(server.home)).not.toContain('admin.token');
    expect(server.output().stdout).toBe(`Strongroom is ready at ${origin}\nSign in: ${origin}/sign-in\n`);
  });

  test.each(['.well-known/openid-configuration', 'jwks', 'auth', 'token', 'interaction/x'])(
    'no provider of ours at /evaluation/%s',
    async (path) => {
      expect((await ada.send(`/evaluation/${path}`)).status).toBe(404);
    },
  );

  test('no one-time link, for anybody', async () => {
    const invited = (await ada.call('POST', 'people', { email: 'joan@example.com' })).body;
    expect(invited).toMatchObject({ link: null, expiresAt: null });
    const { id } = invited['person'] as { id: string };
    for (const [path, body] of [
      ['sign-in-links', {}],
      ['sign-in-links', { person: id }],
      [`people/${id}:link`, undefined],
    ] as const)
      expect(await ada.call('POST', path, body)).toMatchObject({
        status: 404,
        body: { code: 'identity/no_evaluation' },
      });
    const used = await newBrowser().send('/evaluation/link', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-strongroom': '1', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ code: 'x' }),
    });
    expect({ status: used.status, problem: used.text }).toEqual({
      status: 404,
      problem: expect.stringContaining('identity/no_evaluation') as string,
    });
    await ada.call('DELETE', `people/${id}`);
  });
});

describe('on the wire', () => {
  test('every answer tells the browser to come by TLS only', async () => {
    for (const path of ['/', '/api/v1/me', '/healthz', '/nothing.txt', '/sign-in/start'])
      expect((await newBrowser().send(path)).headers['strict-transport-security'], path).toMatch(/^max-age=31536000/);
  });

  test('plain HTTP on the same port is sent to TLS, and gets no cookie', async () => {
    const plain = await newBrowser().send(`http://localhost:${port}/sign-in/start?x=1`, {
      headers: { host: 'evil.example.com' },
    });
    expect(plain).toMatchObject({ status: 308, text: '', headers: { location: `${origin}/sign-in/start?x=1` } });
    expect(plain.headers['set-cookie']).toBeUndefined();
  });

  test('TLS 1.1 is refused by the server, TLS 1.2 and 1.3 are not', async () => {
    expect(await handshake('TLSv1.1')).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
  });
});

/** The version that was agreed on, or the code of the failure. */
function handshake(version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: LOCALHOST_CERTIFICATE,
      minVersion: version,
      maxVersion: version,
      // Without this our own side would refuse before the server is asked.
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? '');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe('stopping', () => {
  test('waits for no connection that never says what it wants, and leaves no database running', async () => {
    const sockets = ['', 'GET / HT', '\u0016\u0003'].map((firstBytes) => {
      const socket = connectPlain(port, '127.0.0.1', () => void (firstBytes !== '' && socket.write(firstBytes)));
      return socket.on('error', () => {}).resume();
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await Promise.all(closed);
    expect((await filesOfHome()).filter((file) => file.endsWith('postmaster.pid'))).toEqual([]);
  });

  test('no secret of the sign-ins is in any file of the home or line of output', async () => {
    const session = ada.cookieLine(SESSION_COOKIE)?.split(';')[0]?.slice(`${SESSION_COOKIE}=`.length) ?? '';
    expect(session.length).toBeGreaterThan(40);
    const secrets = [session, issuer.clientSecret, LOCALHOST_KEY.split('\n')[1] ?? '', 'code='];
    const { stdout, stderr } = server.output();
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
    const files = await filesOfHome();
    const found: string[] = [];
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const bytes = await readFile(file);
      if (secrets.slice(0, 3).some((secret) => bytes.includes(secret))) found.push(file.slice(server.home.length));
    }
    expect(found).toEqual([]);
  });
});

async function filesOfHome(): Promise<string[]> {
  const entries = await readdir(server.home, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a start beyond this machine says in one line what it lacks, and ends with 1', () => {
  const beyond = { STRONGROOM_SAMPLE: 'off', STRONGROOM_HOST: '0.0.0.0', STRONGROOM_PUBLIC_URL: 'https://localhost' };
  test.each<[string, () => Record<string, string>, RegExp]>([
    ['TLS', realIssuer, /needs TLS: set STRONGROOM_TLS_CERT and STRONGROOM_TLS_KEY$/],
    ['an identity provider', tls, /needs a real issuer: set STRONGROOM_OIDC_ISSUER and STRONGROOM_OIDC_CLIENT_ID$/],
    [
      'the key',
      () => ({ ...realIssuer(), STRONGROOM_TLS_CERT: tls().STRONGROOM_TLS_CERT }),
      /needs STRONGROOM_TLS_KEY/,
    ],
    [
      'a certificate that is one',
      () => ({
        ...realIssuer(),
        ...tls(),
        STRONGROOM_TLS_CERT: join(folder.path, 'client-secret'),
        STRONGROOM_HOST: '127.0.0.1',
      }),
      /^STRONGROOM_TLS_CERT: /,
    ],
  ])('%s', async (_what, given, says) => {
    const result = await startRefused({ env: { ...beyond, ...given() } });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 1, stdout: '' });
    const lines = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines).toEqual([expect.stringMatching(says)]);
    expect(result.stderr).not.toContain(issuer.clientSecret);
  });
});
