import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadClusterSecret } from '@strongroom/keyring';
import { z } from 'zod';
import { verb } from '#contracts';
import type { AuditContext, AuditEvent } from '#contracts';
import { createAccess } from '#access';
import type { Config } from '#config';
import { createHttp } from '#platform/http';
import type { Http } from '#platform/http';
import { createLog } from '#platform/log';
import type { Vault } from '#vault';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import type { TestDatabase } from '../../platform/database/test-database.ts';
import { createIdentity, identityRoutes, migrations } from './index.ts';
import type { Identity } from './index.ts';

let nowMs = Date.parse('2026-01-01T00:00:00Z');
const clock = { now: () => new Date(nowMs) };
const log = createLog({ level: 'silent' });
let entries: { context: AuditContext; event: AuditEvent }[] = [];
const audit = {
  append: async (context: AuditContext, event: AuditEvent) => {
    entries.push({ context, event });
    return { entryId: 'e', at: '' };
  },
};

type Server = { http: Http; identity: Identity; origin: string; link: string | null };
let started: TestDatabase;
let vault: Vault;
let home: string;
let server: Server;
let admin: string;

async function startServer(issuer: Config['issuer'] = null, adminEmail: string | null = null): Promise<Server> {
  let http: Http | null = null;
  const config = { home, host: '127.0.0.1', port: 0, publicUrl: null, tls: null, issuer, adminEmail };
  const identity = await createIdentity({
    database: started.database,
    sealer: vault,
    audit,
    clock,
    log,
    config,
    oidcClientSecret: null,
    origin: () => http?.origin() ?? '',
  });
  const access = createAccess({ database: started.database, directory: identity.directory, sealer: vault });
  const wait = verb({
    name: 'test.wait',
    method: 'GET',
    path: '/wait',
    summary: 'wait',
    permission: 'own',
    audit: null,
    input: z.object({}),
    output: null,
    handle: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
        running.resolve();
      }),
  });
  const work = { ...wait, name: 'test.work', path: '/work', permission: 'ask' } as const;
  http = await createHttp({
    config,
    tlsKey: null,
    identity,
    access,
    audit,
    log,
    verbs: [...identityRoutes(identity, { ...access, version: '0' }), wait, work],
    rootVerbs: identity.rootRoutes,
    mounts: identity.mounts,
    readiness: {},
    webFolder: home,
    version: '0',
  });
  const origin = await http.listen();
  return { http, identity, origin, link: await identity.issueLocalAccess() };
}
let running = Promise.withResolvers<void>();

/** A browser as far as cookies and redirects go. */
function newBrowser(origin: string) {
  const jar = new Map<string, { value: string; path: string }>();
  const seen: string[] = [];
  const send = async (
    address: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Response> => {
    const url = new URL(address, origin);
    const cookie = [...jar]
      .filter(([, { path: at }]) => url.pathname.startsWith(at))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: {
        'sec-fetch-site': 'same-origin',
        'x-strongroom': '1',
        ...(cookie === '' ? {} : { cookie }),
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) {
      seen.push(line);
      const [pair = '', ...attributes] = line.split(/; */);
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const at = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
      if (value === '' || attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')) jar.delete(name);
      else jar.set(name, { value, path: at });
    }
    return response;
  };
  const follow = async (address: string): Promise<string> => {
    for (let hop = 0; hop < 10; hop += 1) {
      const response = await send(address);
      const next = response.headers.get('location');
      if (next === null) return address;
      address = new URL(next, new URL(address, origin)).href;
      if (new URL(address).pathname === '/' || address.includes('problem=')) return address.slice(origin.length);
    }
    throw new Error('too many redirects');
  };
  const json = async (method: string, at: string, body?: unknown) => {
    const response = await send(`/api/v1${at}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  return {
    jar,
    seen,
    send,
    follow,
    json,
    async signIn(link: string) {
      const code = new URL(link).hash.slice('#code='.length);
      const used = await send('/evaluation/link', {
        method: 'POST',
        body: JSON.stringify({ code }),
        headers: { 'content-type': 'application/json' },
      });
      if (used.status !== 204) return ((await used.json()) as { code: string }).code;
      return follow('/sign-in/start');
    },
  };
}

async function withToken(token: string, method: string, at: string, body?: unknown) {
  const response = await fetch(`${server.origin}/api/v1${at}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

let guests = 0;
/** Somebody new, with a link. */
async function invite(
  role: 'admin' | 'editor' | 'viewer' = 'viewer',
): Promise<{ id: string; email: string; link: string }> {
  guests += 1;
  const { body } = await withToken(admin, 'POST', '/people', { email: `guest${guests}@example.com`, role });
  return { id: body.person.id, email: body.person.email, link: body.link };
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'strongroom-identity-'));
  await loadClusterSecret(home);
  started = await startTestDatabase([...testVaultMigrations, ...migrations]);
  ({ vault } = makeTestVault({ database: started.database, folder: home, clock, births: 'unrecorded' }));
  server = await startServer();
  admin = (await readFile(path.join(home, 'admin.token'), 'utf8')).trim();
});
afterAll(async () => {
  await server.http.stop();
  await started[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});
beforeEach(() => {
  entries = [];
  running = Promise.withResolvers();
});

describe('signing in', () => {
  test('a one-time link signs in through OpenID Connect, once', async () => {
    const browser = newBrowser(server.origin);
    expect(await browser.signIn(server.link ?? '')).toBe('/');
    const me = await browser.json('GET', '/me');
    expect(me.body).toMatchObject({
      person: { email: 'admin@localhost', role: 'admin' },
      workspace: { name: 'main' },
      evaluation: true,
    });
    expect(me.body.permissions).toContain('people.manage');
    expect(entries.map(({ event }) => `${event.action} ${event.outcome}`)).toEqual([
      'identity.link_used begun',
      'identity.link_used done',
      'identity.signed_in begun',
      'identity.signed_in done',
    ]);
    expect(await newBrowser(server.origin).signIn(server.link ?? '')).toBe('identity/bad_link');
  });

  test('the session cookie is for this site and for no script', async () => {
    const browser = newBrowser(server.origin);
    await browser.signIn((await invite()).link);
    const cookie = browser.seen.find((line) => line.startsWith('strongroom='));
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
  });

  test('a link is of no use after ten minutes', async () => {
    const { link } = await invite();
    nowMs += 10 * 60_000;
    expect(await newBrowser(server.origin).signIn(link)).toBe('identity/bad_link');
    expect(entries.at(-1)?.event).toMatchObject({ action: 'identity.link_used', outcome: 'refused' });
  });

  test('two that use a link at once: one gets in', async () => {
    const { link } = await invite();
    const results = await Promise.all([1, 2, 3].map(() => newBrowser(server.origin).signIn(link)));
    expect(results.toSorted()).toEqual(['/', 'identity/bad_link', 'identity/bad_link']);
  });

  test('without a link there is no way in, and no way back in after signing out', async () => {
    const stranger = newBrowser(server.origin);
    expect(await stranger.follow('/sign-in/start')).toBe('/sign-in?problem=identity/link_needed');
    const browser = newBrowser(server.origin);
    await browser.signIn((await invite()).link);
    expect((await browser.json('DELETE', '/sessions/current')).status).toBe(204);
    expect((await browser.json('GET', '/me')).status).toBe(401);
    expect(await browser.follow('/sign-in/start')).toBe('/sign-in?problem=identity/link_needed');
  });

  test('a redirect back that this browser did not begin is refused and audited', async () => {
    expect(await newBrowser(server.origin).follow('/sign-in/callback?code=x&state=y')).toBe(
      '/sign-in?problem=identity/sign_in_expired',
    );
    expect(entries.map(({ event }) => [event.action, event.decision.reason])).toEqual([
      ['identity.sign_in_refused', 'identity/sign_in_expired'],
    ]);
  });

  test('the evaluation provider does not answer through a proxy or to another name', async () => {
    const discovery = `${server.origin}/evaluation/.well-known/openid-configuration`;
    expect((await fetch(discovery)).status).toBe(200);
    expect((await fetch(discovery, { headers: { 'x-forwarded-for': '10.0.0.1' } })).status).toBe(400);
    expect((await fetch(discovery, { headers: { forwarded: 'for=10.0.0.1' } })).status).toBe(400);
  });

  test('a session ends after twelve hours unused', async () => {
    const browser = newBrowser(server.origin);
    await browser.signIn((await invite()).link);
    nowMs += 11 * 3_600_000;
    expect((await browser.json('GET', '/me')).status).toBe(200);
    nowMs += 13 * 3_600_000;
    expect((await browser.json('GET', '/me')).status).toBe(401);
  });

  test('a session ends after seven days, used or not', async () => {
    const browser = newBrowser(server.origin);
    await browser.signIn((await invite()).link);
    const statuses = [];
    for (let time = 0; time < 16; time += 1) {
      nowMs += 11 * 3_600_000;
      statuses.push((await browser.json('GET', '/me')).status);
    }
    expect(statuses.indexOf(401)).toBe(15);
  });
});

describe('people', () => {
  test('a viewer can not manage people, and the try is audited', async () => {
    const browser = newBrowser(server.origin);
    await browser.signIn((await invite()).link);
    entries = [];
    const { status, body } = await browser.json('POST', '/people', { email: 'x@example.com' });
    expect([status, body.code]).toEqual([403, 'http/forbidden']);
    expect(entries.map(({ event }) => [event.action, event.outcome])).toEqual([['identity.person_invited', 'refused']]);
  });

  test('removing a person ends their sessions, their tokens and what they run, at once', async () => {
    const guest = await invite();
    const browser = newBrowser(server.origin);
    await browser.signIn(guest.link);
    const token = (await withToken(admin, 'POST', '/tokens', { person: guest.email })).body.secret as string;
    const answer = browser.json('GET', '/wait');
    await running.promise;
    expect((await withToken(admin, 'DELETE', `/people/${guest.id}`)).status).toBe(204);
    expect((await answer).status).toBe(401);
    expect((await browser.json('GET', '/me')).status).toBe(401);
    expect((await withToken(token, 'GET', '/me')).status).toBe(401);
  });

  test('the local administrator and the last admin stay', async () => {
    const { body } = await withToken(admin, 'GET', '/me');
    expect((await withToken(admin, 'DELETE', `/people/${body.person.id}`)).body.code).toBe('identity/local_admin');
    expect((await withToken(admin, 'PATCH', '/people/admin@localhost', { role: 'viewer' })).body.code).toBe(
      'identity/local_admin',
    );
  });

  test('nobody is invited twice', async () => {
    const { email } = await invite();
    expect((await withToken(admin, 'POST', '/people', { email: email.toUpperCase() })).body.code).toBe(
      'identity/email_taken',
    );
  });

  test('teams have members by address, and a removed team is gone', async () => {
    const { email, id } = await invite();
    await withToken(admin, 'POST', '/teams', { name: 'Finance' });
    expect((await withToken(admin, 'POST', '/teams', { name: 'Finance' })).body.code).toBe('identity/team_taken');
    const team = await withToken(admin, 'POST', '/teams/Finance/members', { person: email });
    expect(team.body.members).toEqual([{ id, email }]);
    expect((await withToken(admin, 'DELETE', '/teams/Finance/members', { person: id })).body.members).toEqual([]);
    expect((await withToken(admin, 'DELETE', '/teams/Finance')).status).toBe(204);
    expect((await withToken(admin, 'DELETE', '/teams/Finance')).body.code).toBe('identity/unknown_team');
  });
});

describe('tokens', () => {
  test('the token file is for its owner alone, and the token of the last start is of no use', async () => {
    expect(((await stat(path.join(home, 'admin.token'))).mode & 0o777).toString(8)).toBe('600');
    const before = admin;
    await server.identity.issueLocalAccess();
    admin = (await readFile(path.join(home, 'admin.token'), 'utf8')).trim();
    expect((await withToken(before, 'GET', '/me')).status).toBe(401);
    expect((await withToken(admin, 'GET', '/me')).status).toBe(200);
  });

  test('a token made for somebody else never opens what is theirs alone', async () => {
    const guest = await invite();
    const { secret } = (await withToken(admin, 'POST', '/tokens', { person: guest.email })).body;
    expect((await withToken(secret, 'GET', '/me')).body.person.email).toBe(guest.email);
    expect((await withToken(secret, 'GET', '/wait')).body.permission).toBe('own');
    expect((await withToken(secret, 'POST', '/tokens', {})).status).toBe(403);
  });

  test('a narrowed token opens what it names and nothing else, and makes no other', async () => {
    const { secret } = (await withToken(admin, 'POST', '/tokens', { scopes: ['own', 'people.manage'] })).body;
    expect((await withToken(secret, 'GET', '/people')).status).toBe(200);
    expect((await withToken(secret, 'POST', '/tokens', {})).body.code).toBe('identity/wider_token');
    const ask = (await withToken(admin, 'POST', '/tokens', { scopes: ['ask'] })).body.secret;
    expect((await withToken(ask, 'GET', '/people')).status).toBe(403);
    expect((await withToken(admin, 'POST', '/tokens', { scopes: ['everything'] })).body.code).toBe(
      'identity/bad_scope',
    );
  });

  test('a viewer makes tokens for themselves only, and sees and revokes only those', async () => {
    const guest = await invite();
    const browser = newBrowser(server.origin);
    await browser.signIn(guest.link);
    expect((await browser.json('POST', '/tokens', { person: 'admin@localhost' })).body.code).toBe(
      'identity/not_for_others',
    );
    const others = (await withToken(admin, 'POST', '/tokens', { name: 'mine' })).body.token;
    const { token, secret } = (await browser.json('POST', '/tokens', {})).body;
    expect((await browser.json('GET', '/tokens')).body.tokens.map((one: { id: string }) => one.id)).toEqual([token.id]);
    expect((await browser.json('DELETE', `/tokens/${others.id}`)).body.code).toBe('identity/unknown_token');
    expect((await browser.json('DELETE', '/tokens/nonsense')).body.code).toBe('identity/unknown_token');
    expect((await browser.json('DELETE', `/tokens/${token.id}`)).status).toBe(204);
    expect((await withToken(secret, 'GET', '/me')).status).toBe(401);
  });

  test('a token that another server has revoked lets nobody in a second later', async () => {
    const { token, secret } = (await withToken(admin, 'POST', '/tokens', {})).body;
    expect((await withToken(secret, 'GET', '/me')).status).toBe(200);
    await started.database.withWorkspace(server.identity.workspaceId, (within) =>
      within.deleteFrom('api_tokens').where('id', '=', token.id).execute(),
    );
    nowMs += 1_000;
    expect((await withToken(secret, 'GET', '/me')).body.code).toBe('identity/bad_token');
  });

  test('a token ends on its day', async () => {
    const { secret } = (await withToken(admin, 'POST', '/tokens', { expiresInDays: 1 })).body;
    nowMs += 86_400_000;
    expect((await withToken(secret, 'GET', '/me')).body.code).toBe('identity/bad_token');
  });
});

describe('with an issuer of the operator', () => {
  test('there are no links and no token file, and the first admin is who the operator names', async () => {
    const configured = await startServer({ url: 'http://127.0.0.1:1/', clientId: 'strongroom' }, 'boss@example.com');
    expect(configured.link).toBeNull();
    await expect(stat(path.join(home, 'admin.token'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await fetch(`${configured.origin}/evaluation/.well-known/openid-configuration`)).status).toBe(404);
    const browser = newBrowser(configured.origin);
    expect(await browser.signIn(`${configured.origin}/sign-in#code=x`)).toBe('identity/no_evaluation');
    expect((await browser.send('/sign-in/start')).status).toBe(503);
    expect(
      await configured.identity.directory.personByEmail(configured.identity.workspaceId, 'boss@example.com'),
    ).not.toBeNull();
    await configured.http.stop();
    await server.identity.issueLocalAccess();
    admin = (await readFile(path.join(home, 'admin.token'), 'utf8')).trim();
  });
});

describe('acting for somebody else', () => {
  type Browser = ReturnType<typeof newBrowser>;
  const opensOwn = async (browser: Browser) =>
    ((await browser.json('GET', '/me')).body.permissions as string[]).includes('own');
  const linkFor = async (id: string) => (await withToken(admin, 'POST', `/people/${id}:link`)).body.link as string;
  const signedIn = async (link: string) => {
    const browser = newBrowser(server.origin);
    expect(await browser.signIn(link)).toBe('/');
    return browser;
  };
  /** A second admin, signed in by their invitation. */
  const inviteAdmin = async () => {
    const person = await invite('admin');
    return { ...person, browser: await signedIn(person.link) };
  };

  test('an invitation opens what is one’s own; a later link by an admin does not, and the log says whose it was', async () => {
    const guest = await invite();
    const spare = await linkFor(guest.id);
    expect(await opensOwn(await signedIn(guest.link))).toBe(true);
    for (const link of [spare, await linkFor(guest.id)]) {
      entries = [];
      const browser = await signedIn(link);
      expect(await opensOwn(browser)).toBe(false);
      expect((await browser.json('GET', '/wait')).status).toBe(403);
      expect(entries.find(({ event }) => event.action === 'identity.signed_in')).toMatchObject({
        context: { actor: { id: guest.id, name: `${guest.email} (by admin@localhost)` } },
        event: { decision: { reason: 'one-time link of another person, opens nothing of their own' } },
      });
      expect(entries.at(-1)?.context.actor.name).toBe(`${guest.email} (by admin@localhost)`);
    }
  });

  test('a person makes links for themselves, which open their own, and for nobody else', async () => {
    const guest = await invite();
    const browser = await signedIn(guest.link);
    const { body } = await browser.json('POST', '/sign-in-links', {});
    expect(await opensOwn(await signedIn(body.link))).toBe(true);
    expect((await browser.json('POST', '/sign-in-links', { person: 'admin@localhost' })).body.code).toBe(
      'identity/not_for_others',
    );
  });

  test('the local administrator’s own token makes their link; another admin’s link for them opens nothing of their own', async () => {
    const mine = (await withToken(admin, 'POST', '/sign-in-links', {})).body.link;
    expect(await opensOwn(await signedIn(mine))).toBe(true);
    const { browser } = await inviteAdmin();
    const { body } = await browser.json('POST', '/sign-in-links', { person: 'admin@localhost' });
    expect(await opensOwn(await signedIn(body.link))).toBe(false);
  });

  test('neither a narrowed token nor a session made for somebody makes links, admins or higher roles', async () => {
    const guest = await invite();
    const boss = await inviteAdmin();
    const forOther = await signedIn(await linkFor(boss.id));
    const tokens = await Promise.all(
      [['people.manage'], ['own', 'people.manage']].map(
        async (scopes) => (await withToken(admin, 'POST', '/tokens', { scopes })).body.secret as string,
      ),
    );
    const asking = [
      forOther.json,
      ...tokens.map((token) => (method: string, at: string, body?: unknown) => withToken(token, method, at, body)),
    ];
    for (const ask of asking) {
      for (const [method, at, body] of [
        ['POST', '/sign-in-links', {}],
        ['POST', '/sign-in-links', { person: guest.email }],
        ['POST', `/people/${guest.id}:link`, undefined],
        ['POST', '/people', { email: 'planted@example.com', role: 'admin' }],
        ['PATCH', `/people/${guest.id}`, { role: 'admin' }],
        ['PATCH', `/people/${guest.id}`, { role: 'editor' }],
      ] as const)
        expect({ at, status: (await ask(method, at, body)).status }).toEqual({ at, status: 403 });
      guests += 1;
      const invited = await ask('POST', '/people', { email: `guest${guests}@example.com` });
      expect(invited.body).toMatchObject({ person: { role: 'viewer' }, link: null });
    }
  });

  test.each(['removed', 'demoted'] as const)(
    'an admin who is %s leaves no token, link or session that they made for others',
    async (how) => {
      const boss = await inviteAdmin();
      const guest = await invite();
      await signedIn(guest.link);
      const token = (await boss.browser.json('POST', '/tokens', { person: guest.email, scopes: ['ask'] })).body;
      const kept = (await withToken(admin, 'POST', '/tokens', { person: guest.email })).body.secret;
      const used = await signedIn((await boss.browser.json('POST', `/people/${guest.id}:link`)).body.link);
      const unused = (await boss.browser.json('POST', `/people/${guest.id}:link`)).body.link;
      const answer = withToken(token.secret, 'GET', '/work');
      await running.promise;
      entries = [];
      await (how === 'removed'
        ? withToken(admin, 'DELETE', `/people/${boss.id}`)
        : withToken(admin, 'PATCH', `/people/${boss.id}`, { role: 'viewer' }));
      expect((await answer).status).toBe(401);
      expect((await withToken(token.secret, 'GET', '/me')).status).toBe(401);
      expect((await used.json('GET', '/me')).status).toBe(401);
      expect(await newBrowser(server.origin).signIn(unused)).toBe('identity/bad_link');
      expect((await withToken(kept, 'GET', '/me')).status).toBe(200);
    },
  );

  test('nobody makes a token for an admin but the admin, and who becomes one is rid of those made for them', async () => {
    const boss = await inviteAdmin();
    expect((await withToken(admin, 'POST', '/tokens', { person: boss.email })).body.code).toBe('identity/for_an_admin');
    const guest = await invite();
    const { secret } = (await withToken(admin, 'POST', '/tokens', { person: guest.email })).body;
    await withToken(admin, 'PATCH', `/people/${guest.id}`, { role: 'admin' });
    expect((await withToken(secret, 'GET', '/me')).status).toBe(401);
  });

  test('a token made for somebody names its maker in the log', async () => {
    const guest = await invite();
    const { secret } = (await withToken(admin, 'POST', '/tokens', { person: guest.email })).body;
    entries = [];
    await withToken(secret, 'POST', '/teams', { name: 'x' });
    expect(entries[0]?.context.actor).toMatchObject({ id: guest.id, name: `${guest.email} (by admin@localhost)` });
  });

  test('a token without what is one’s own sees and revokes itself only', async () => {
    const guest = await invite();
    const browser = await signedIn(guest.link);
    const { token } = (await browser.json('POST', '/tokens', {})).body;
    for (const made of [
      (await withToken(admin, 'POST', '/tokens', { person: guest.email })).body,
      (await browser.json('POST', '/tokens', { scopes: ['ask'] })).body,
    ]) {
      const listed = (await withToken(made.secret, 'GET', '/tokens')).body.tokens as { id: string }[];
      expect(listed.map(({ id }) => id)).toEqual([made.token.id]);
      expect((await withToken(made.secret, 'DELETE', `/tokens/${token.id}`)).body.code).toBe('identity/unknown_token');
      expect((await withToken(made.secret, 'DELETE', `/tokens/${made.token.id}`)).status).toBe(204);
    }
  });

  test('failed tries keep nobody out: a good link works after hundreds of bad ones from its address', async () => {
    const guest = await invite();
    entries = [];
    for (let time = 0; time < 150; time += 1)
      expect(await newBrowser(server.origin).signIn(`${server.origin}/sign-in#code=bad${time}`)).toMatch(
        /^(identity\/bad_link|identity\/too_many_tries)$/,
      );
    expect(entries.length).toBeLessThanOrEqual(60);
    expect(await opensOwn(await signedIn(guest.link))).toBe(true);
  });
});
