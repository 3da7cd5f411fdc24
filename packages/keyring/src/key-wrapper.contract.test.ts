import { randomBytes, randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { startFakeTransit, temporaryFolder } from '@strongroom/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type KeyWrapper,
  loadClusterSecret,
  localKeyWrapper,
  newKey,
  transitKeyWrapper,
  unwrapKey,
  wrapKey,
} from './index.ts';
import { fetchTransit } from './test-transit-request.ts';

/** A holder of keys, and what its operator can do with it. */
type Holder = AsyncDisposable & {
  /** A new one each time, as after a restart. */
  wrapper(): KeyWrapper;
  revoke(): Promise<void>;
  restore(): Promise<void>;
};

async function startKeyFile(): Promise<Holder> {
  const folder = await temporaryFolder('keyring');
  await loadClusterSecret(folder.path);
  const file = join(folder.path, 'root.key');
  return {
    wrapper: () => localKeyWrapper(folder.path),
    revoke: () => rename(file, `${file}.away`),
    restore: () => rename(`${file}.away`, file),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function startTransit(): Promise<Holder> {
  const fake = await startFakeTransit();
  return {
    wrapper: () => transitKeyWrapper({ request: fetchTransit(fake), key: 'strongroom' }),
    revoke: async () => fake.accept(null),
    restore: async () => fake.accept(fake.token),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

const unavailable = { code: 'vault/key_unavailable', status: 503 };
const destroyed = { code: 'vault/key_destroyed', status: 410 };

describe.each([
  ['the key file', startKeyFile],
  ['a transit engine', startTransit],
])('%s', (_name, start) => {
  let holder: Holder;
  let wrapper: KeyWrapper;
  let context: string;
  beforeEach(async () => {
    holder = await start();
    wrapper = holder.wrapper();
    context = randomUUID();
  });
  afterEach(() => holder[Symbol.asyncDispose]());

  test('what is wrapped for a workspace unwraps for it, also after a restart, and for no other', async () => {
    const key = newKey();
    const wrapped = await wrapper.wrap(context, key);
    expect((await holder.wrapper().unwrap(context, wrapped)).equals(key)).toBe(true);
    await expect(wrapper.unwrap(randomUUID(), wrapped)).rejects.toMatchObject(unavailable);
  });

  test('the same key never wraps alike twice for two workspaces, and each unwraps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.uuid(), async (one, other) => {
        const key = newKey();
        const [first, second] = [await wrapper.wrap(one, key), await wrapper.wrap(other, key)];
        expect(Buffer.from(first).equals(second)).toBe(one === other && wrapper.name === 'local-file');
        expect((await wrapper.unwrap(one, first)).equals(key)).toBe(true);
        expect((await wrapper.unwrap(other, second)).equals(key)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('one bit altered anywhere in a wrapped key is refused, and so are other bytes', async () => {
    const wrapped = Buffer.from(await wrapper.wrap(context, newKey()));
    for (let bit = 0; bit < wrapped.length * 8; bit += 1) {
      const altered = Buffer.from(wrapped);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await expect(wrapper.unwrap(context, altered), `bit ${bit}`).rejects.toMatchObject(unavailable);
    }
    for (const other of [Buffer.alloc(0), wrapped.subarray(1), randomBytes(44), Buffer.from('vault:v1:AAAA')])
      await expect(wrapper.unwrap(context, other)).rejects.toMatchObject(unavailable);
  });

  test('an epoch secret is the same at each call and after a restart, and differs by epoch and workspace', async () => {
    expect(await wrapper.newestEpoch(context)).toBe(1);
    expect(await wrapper.newestEpoch(context)).toBe(1);
    const first = await wrapper.epochSecret(context, 1);
    expect((await wrapper.beginEpoch(context)) > 1).toBe(true);
    const second = await wrapper.epochSecret(context, await wrapper.newestEpoch(context));
    const other = randomUUID();
    const foreign = await wrapper.epochSecret(other, await wrapper.newestEpoch(other));
    expect(first.symmetricKeySize).toBe(32);
    expect((await holder.wrapper().epochSecret(context, 1)).equals(first)).toBe(true);
    expect([first.equals(second), first.equals(foreign), second.equals(foreign)]).toEqual([false, false, false]);
  });

  test('many first uses of a workspace at once end with one first epoch', async () => {
    expect(await Promise.all(Array.from({ length: 10 }, () => holder.wrapper().newestEpoch(context)))).toEqual(
      Array.from({ length: 10 }, () => 1),
    );
  });

  test('an epoch that is not there yet is not available, which is not destroyed', async () => {
    await expect(wrapper.epochSecret(context, 1)).rejects.toMatchObject(unavailable);
    await wrapper.newestEpoch(context);
    for (const epoch of [0, -1, 1.5, 2, 1e9])
      await expect(wrapper.epochSecret(context, epoch)).rejects.toMatchObject(unavailable);
  });

  test('a destroyed epoch stays destroyed, though everything outside the holder is an older copy', async () => {
    const workspaceKey = newKey();
    const copy = { workspaceKey: await wrapper.wrap(context, workspaceKey), epoch: await wrapper.newestEpoch(context) };
    const dataKey = newKey();
    const wrappedDataKey = wrapKey(await wrapper.epochSecret(context, copy.epoch), dataKey);
    const next = await wrapper.beginEpoch(context);
    expect(unwrapKey(await wrapper.epochSecret(context, copy.epoch), wrappedDataKey).equals(dataKey)).toBe(true);

    await wrapper.destroyEpochsBefore(context, next);
    await wrapper.destroyEpochsBefore(context, next);
    await wrapper.destroyEpochsBefore(context, 1);
    const restarted = holder.wrapper();
    await expect(restarted.epochSecret(context, copy.epoch)).rejects.toMatchObject(destroyed);
    expect((await restarted.unwrap(context, copy.workspaceKey)).equals(workspaceKey)).toBe(true);
    const living = await restarted.epochSecret(context, next);
    expect(() => unwrapKey(living, wrappedDataKey)).toThrow(expect.objectContaining({ code: 'vault/unreadable' }));
    expect((await restarted.beginEpoch(context)) > next).toBe(true);
    await expect(restarted.epochSecret(context, copy.epoch)).rejects.toMatchObject(destroyed);
    expect((await restarted.epochSecret(context, next)).equals(living)).toBe(true);
  });

  test('the newest epoch is never destroyed, nor those of another workspace', async () => {
    const other = randomUUID();
    await wrapper.newestEpoch(other);
    for (const epoch of [0, 1.5, 1])
      await expect(wrapper.destroyEpochsBefore(context, epoch)).rejects.toThrow(TypeError);
    const newest = await wrapper.beginEpoch(context);
    await expect(wrapper.destroyEpochsBefore(context, newest + 1)).rejects.toThrow(TypeError);
    await wrapper.destroyEpochsBefore(context, newest);
    expect((await wrapper.epochSecret(context, newest)).symmetricKeySize).toBe(32);
    expect((await wrapper.epochSecret(other, 1)).symmetricKeySize).toBe(32);
  });

  test('a new root wraps while the old still unwraps, until it is retired', async () => {
    const key = newKey();
    const old = await wrapper.wrap(context, key);
    const epoch = await wrapper.newestEpoch(context);
    const secret = await wrapper.epochSecret(context, epoch);
    const version = await wrapper.beginRoot();
    const rewrapped = await wrapper.wrap(context, await wrapper.unwrap(context, old));
    expect((await wrapper.unwrap(context, old)).equals(key)).toBe(true);

    await wrapper.retireRootsBefore(version);
    await wrapper.retireRootsBefore(version);
    await expect(wrapper.unwrap(context, old)).rejects.toMatchObject(unavailable);
    expect((await holder.wrapper().unwrap(context, rewrapped)).equals(key)).toBe(true);
    expect((await wrapper.epochSecret(context, epoch)).equals(secret)).toBe(true);
    await expect(wrapper.retireRootsBefore(version + 1)).rejects.toThrow(TypeError);
  });

  test('while the holder is revoked everything is refused at once, and restoring heals without a restart', async () => {
    const key = newKey();
    const wrapped = await wrapper.wrap(context, key);
    const epoch = await wrapper.newestEpoch(context);
    const secret = await wrapper.epochSecret(context, epoch);
    await holder.revoke();
    for (const attempt of [
      () => wrapper.wrap(context, key),
      () => wrapper.unwrap(context, wrapped),
      () => wrapper.epochSecret(context, epoch),
      () => wrapper.newestEpoch(context),
      () => wrapper.beginEpoch(context),
      () => wrapper.destroyEpochsBefore(context, epoch),
      () => wrapper.beginRoot(),
      () => wrapper.retireRootsBefore(1),
    ])
      await expect(attempt()).rejects.toMatchObject(unavailable);
    await holder.restore();
    expect((await wrapper.unwrap(context, wrapped)).equals(key)).toBe(true);
    expect((await wrapper.epochSecret(context, epoch)).equals(secret)).toBe(true);
  });

  test.each(['', 'one', '../root', `${randomUUID()}\n`, randomUUID().toUpperCase()])(
    'the context %j is a mistake of the caller and reaches no file and no path',
    async (wrong) => {
      for (const attempt of [
        () => wrapper.wrap(wrong, newKey()),
        () => wrapper.unwrap(wrong, randomBytes(44)),
        () => wrapper.epochSecret(wrong, 1),
        () => wrapper.newestEpoch(wrong),
        () => wrapper.beginEpoch(wrong),
        () => wrapper.destroyEpochsBefore(wrong, 1),
      ])
        await expect(attempt()).rejects.toThrow(TypeError);
    },
  );
});
