import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadClusterSecret, newKey } from '@strongroom/keyring';
import { startFakeTransit, temporaryFolder } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { createOutbound } from '#platform/outbound';
import { createKeyWrapper, keyFolder } from './index.ts';

const unavailable = { code: 'vault/key_unavailable', status: 503 };
const context = randomUUID();

test('without a transit engine the key file holds the keys', async () => {
  await using home = await temporaryFolder('key-holder');
  await using outbound = disposable();
  await loadClusterSecret(keyFolder(home.path));
  const wrapper = createKeyWrapper({ home: home.path, transit: null }, outbound);
  const key = newKey();
  expect((await wrapper.unwrap(context, await wrapper.wrap(context, key))).equals(key)).toBe(true);
  expect(wrapper.name).toBe('local-file');
});

test('the token is read at each request, so that a new one heals and a bad one is refused', async () => {
  await using home = await temporaryFolder('key-holder');
  await using fake = await startFakeTransit();
  await using outbound = disposable();
  const tokenFile = path.join(home.path, 'token');
  const transit = { url: fake.url, tokenFile, key: 'strongroom' };
  const wrapper = createKeyWrapper({ home: home.path, transit }, outbound);
  await expect(wrapper.newestEpoch(context)).rejects.toMatchObject(unavailable);

  await writeFile(tokenFile, `${fake.token}\n`);
  const key = newKey();
  const wrapped = await wrapper.wrap(context, key);
  expect(fake.requests).toEqual([
    'GET keys/strongroom-root',
    'POST keys/strongroom-root',
    'GET keys/strongroom-root',
    'POST encrypt/strongroom-root',
  ]);
  fake.accept('hvs.another');
  await expect(wrapper.unwrap(context, wrapped)).rejects.toMatchObject(unavailable);
  await writeFile(tokenFile, 'hvs.another');
  expect((await wrapper.unwrap(context, wrapped)).equals(key)).toBe(true);

  const asked = fake.requests.length;
  for (const bad of ['', 'two words', 'a\nb', 'é', 'x'.repeat(5_000)]) {
    await writeFile(tokenFile, bad);
    await expect(wrapper.unwrap(context, wrapped)).rejects.toMatchObject(unavailable);
  }
  await rm(tokenFile);
  await expect(wrapper.unwrap(context, wrapped)).rejects.toMatchObject(unavailable);
  expect(fake.requests).toHaveLength(asked);
});

test('an engine that hangs, breaks off or floods is not available, and heals', async () => {
  await using home = await temporaryFolder('key-holder');
  await using fake = await startFakeTransit();
  await using outbound = disposable();
  const tokenFile = path.join(home.path, 'token');
  await writeFile(tokenFile, fake.token);
  const wrapper = createKeyWrapper({ home: home.path, transit: { url: fake.url, tokenFile, key: 'a' } }, outbound);
  const wrapped = await wrapper.wrap(context, newKey());
  for (const answer of ['hang', 'drop', { status: 200, body: 'x'.repeat(70_000) }] as const) {
    fake.answerWith(answer);
    await expect(wrapper.unwrap(context, wrapped)).rejects.toMatchObject(unavailable);
  }
  fake.answerWith(null);
  expect((await wrapper.unwrap(context, wrapped)).symmetricKeySize).toBe(32);
});

function disposable() {
  const outbound = createOutbound({ timeoutMs: 500, replyBytesMax: 64 * 1024 });
  return { ...outbound, [Symbol.asyncDispose]: () => outbound.close() };
}
