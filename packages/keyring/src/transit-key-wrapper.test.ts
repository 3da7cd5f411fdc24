import { randomUUID } from 'node:crypto';
import { startFakeTransit, type FakeTransit } from '@strongroom/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type KeyWrapper, newKey, transitKeyWrapper } from './index.ts';
import { fetchTransit } from './test-transit-request.ts';
import type { TransitRequest } from './transit-key-wrapper.ts';

let fake: FakeTransit;
let wrapper: KeyWrapper;
const context = randomUUID();
beforeEach(async () => {
  fake = await startFakeTransit();
  wrapper = transitKeyWrapper({ request: fetchTransit(fake), key: 'strongroom' });
});
afterEach(() => fake[Symbol.asyncDispose]());

const unavailable = { code: 'vault/key_unavailable', status: 503 };
const hmacOf = (text: string): string => JSON.stringify({ data: { hmac: text } });
const mac = Buffer.alloc(32, 1).toString('base64');

test('a sealed engine stops everything, and unsealing heals', async () => {
  const wrapped = await wrapper.wrap(context, newKey());
  fake.seal();
  await expect(wrapper.unwrap(context, wrapped)).rejects.toMatchObject(unavailable);
  fake.unseal();
  expect((await wrapper.unwrap(context, wrapped)).symmetricKeySize).toBe(32);
});

test.each([400, 403, 404, 405, 429, 500, 502, 503, 301, 307])(
  'status %i is "not available", never "destroyed", and nothing of what it says is passed on',
  async (status) => {
    await wrapper.newestEpoch(context);
    fake.answerWith({ status, body: '{"errors":["hvs.planted"]}' });
    const refusal: unknown = await wrapper.epochSecret(context, 1).catch((error: unknown) => error);
    expect(refusal).toMatchObject(unavailable);
    expect(`${String(refusal)}${JSON.stringify(refusal)}`).not.toMatch(/hvs|planted/);
  },
);

test.each([
  ['no JSON', 'hello'],
  ['half of it', '{"data":{"hm'],
  ['no object', '[]'],
  ['no data', '{}'],
  ['data that is none', '{"data":[]}'],
  ['no HMAC', '{"data":{}}'],
  ['an HMAC that is no text', '{"data":{"hmac":7}}'],
  ['an HMAC of another epoch', hmacOf(`vault:v2:${mac}`)],
  ['a short HMAC', hmacOf('vault:v1:AAAA')],
  ['a long HMAC', hmacOf(`vault:v1:${mac}${mac}`)],
  ['more after the HMAC', hmacOf(`vault:v1:${mac}\n`)],
  ['no UTF-8', '\uD800'],
  ['too much', `{"data":{"hmac":"vault:v1:${mac}"},"more":"${'x'.repeat(300_000)}"}`],
])('a reply with %s is refused', async (_what, body) => {
  fake.answerWith({ status: 200, body });
  await expect(wrapper.epochSecret(context, 1)).rejects.toMatchObject(unavailable);
});

test.each([
  '{"latest_version":0,"min_available_version":0}',
  '{"latest_version":"1","min_available_version":0}',
  '{"latest_version":1.5,"min_available_version":0}',
  '{"latest_version":1e12,"min_available_version":0}',
  '{"latest_version":1,"min_available_version":2}',
  '{"latest_version":1,"min_available_version":-1}',
  '{"latest_version":1}',
])('a key described as %s is refused', async (data) => {
  fake.answerWith({ status: 200, body: `{"data":${data}}` });
  await expect(wrapper.newestEpoch(context)).rejects.toMatchObject(unavailable);
});

test.each(['{"ciphertext":"plain:v1:AAAA"}', '{"ciphertext":"vault:v0:AAAA"}', '{"ciphertext":7}', '{}'])(
  'a wrapped key that is %s is not kept',
  async (data) => {
    await wrapper.wrap(context, newKey());
    const replies: TransitRequest = async (method, path, body) =>
      path.startsWith('encrypt/')
        ? { status: 200, body: Buffer.from(`{"data":${data}}`) }
        : fetchTransit(fake)(method, path, body);
    await expect(
      transitKeyWrapper({ request: replies, key: 'strongroom' }).wrap(context, newKey()),
    ).rejects.toMatchObject(unavailable);
  },
);

test('an engine that passes over associated data in silence does not unwrap for another workspace', async () => {
  const forgetful: TransitRequest = (method, path, body) =>
    fetchTransit(fake)(method, path, body?.replace(/,"associated_data":"[^"]*"/, '') ?? null);
  const own = transitKeyWrapper({ request: forgetful, key: 'strongroom' });
  const wrapped = await own.wrap(context, newKey());
  expect((await own.unwrap(context, wrapped)).symmetricKeySize).toBe(32);
  await expect(own.unwrap(randomUUID(), wrapped)).rejects.toMatchObject(unavailable);
});

test('an engine that only says that it trimmed has destroyed nothing, and the next try does', async () => {
  await wrapper.newestEpoch(context);
  const newest = await wrapper.beginEpoch(context);
  const lazy: TransitRequest = async (method, path, body) =>
    path.endsWith('/trim') ? { status: 204, body: new Uint8Array() } : fetchTransit(fake)(method, path, body);
  await expect(
    transitKeyWrapper({ request: lazy, key: 'strongroom' }).destroyEpochsBefore(context, newest),
  ).rejects.toMatchObject(unavailable);
  // Out of use, but still there: not yet what we call destroyed.
  await expect(wrapper.epochSecret(context, 1)).rejects.toMatchObject(unavailable);
  await wrapper.destroyEpochsBefore(context, newest);
  await expect(wrapper.epochSecret(context, 1)).rejects.toMatchObject({ code: 'vault/key_destroyed' });
});

test('a request that fails says nothing of why, since that may hold the token', async () => {
  const failing: TransitRequest = () => Promise.reject(new Error('planted-token'));
  const refusal: unknown = await transitKeyWrapper({ request: failing, key: 'strongroom' })
    .newestEpoch(context)
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject(unavailable);
  expect(JSON.stringify(refusal)).not.toContain('planted');
});

test('a mount that is not there is not taken for a missing key', async () => {
  fake.answerWith({ status: 404, body: '{"errors":["no handler for route"]}' });
  await expect(wrapper.newestEpoch(context)).rejects.toMatchObject(unavailable);
  expect(fake.requests).toEqual([`GET keys/strongroom-${context}`]);
});

test.each(['', '../sys', 'a/b', 'a b', 'x'.repeat(65)])('the key name %j is refused', (key) => {
  expect(() => transitKeyWrapper({ request: fetchTransit(fake), key })).toThrow(TypeError);
});
