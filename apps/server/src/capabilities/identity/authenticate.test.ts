import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTestPerson } from './add-test-person.ts';
import { ADMITTED_MS } from './authenticate.ts';
import { createToken } from './create-token.ts';
import { SESSION_IDLE_MS, startSession } from './start-session.ts';
import { startTestIdentity, type TestIdentity } from './start-test-identity.ts';

let started: TestIdentity;
beforeAll(async () => {
  started = await startTestIdentity();
});
afterAll(() => started[Symbol.asyncDispose]());

const request = (headers: Record<string, string>, cookies: Record<string, string> = {}) =>
  ({ headers, cookies, ip: '127.0.0.1', id: 'r' }) as unknown as FastifyRequest;

test('what a timer sends keeps no session alive, and what a person does keeps it', async () => {
  const { identity } = started;
  const { personId } = await addTestPerson(identity, 'viewer', 'ann@example.org');
  const cookies: Record<string, string> = {};
  // `startSession` only sets its cookie.
  const reply = { setCookie: (name: string, secret: string) => (cookies[name] = secret) } as unknown as FastifyReply;
  await startSession(identity.deps, { id: personId, linkMadeBy: null }, null, reply);
  const isLetIn = async (isUse: boolean) => (await identity.authenticate(request({}, cookies), isUse)) !== null;

  started.advance(SESSION_IDLE_MS - 1);
  // What is remembered of a heartbeat a moment ago does not stand for the use that follows it.
  expect([await isLetIn(false), await isLetIn(true)]).toEqual([true, true]);
  started.advance(SESSION_IDLE_MS - 1);
  expect(await isLetIn(false)).toBe(true);
  started.advance(ADMITTED_MS);
  expect(await isLetIn(false)).toBe(false);
  expect(await isLetIn(true)).toBe(false);
});

test('nor is a token used by it', async () => {
  const { identity, superuser } = started;
  const asker = await addTestPerson(identity, 'viewer', 'bo@example.org');
  const { secret, token } = await createToken(
    identity.deps,
    asker,
    { person: undefined, name: 'laptop', scopes: [], expiresInDays: 1 },
    false,
  );
  const usedAt = async () =>
    (await superuser.query('select last_used_at from api_tokens where id = $1', [token.id])).rows[0]?.last_used_at;
  const bearer = request({ authorization: `Bearer ${secret}` });
  expect(await identity.authenticate(bearer, false)).toMatchObject({ tokenId: token.id });
  expect(await usedAt()).toBeNull();
  await identity.authenticate(bearer);
  expect(await usedAt()).toBeInstanceOf(Date);
});
