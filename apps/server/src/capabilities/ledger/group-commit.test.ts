import { expect, test } from 'vitest';
import { groupCommit } from './group-commit.ts';

const ready = (items: readonly number[]): PromiseSettledResult<number>[] =>
  items.map((value) =>
    value < 0 ? { status: 'rejected', reason: new Error(`no ${value}`) } : { status: 'fulfilled', value },
  );

test('what is added together is committed together, in order, and what comes meanwhile is prepared meanwhile and shares the next', async () => {
  const [groups, prepared]: [number[][], number[]] = [[], []];
  const first = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { add } = groupCommit<number, number>({
    prepare: async (_, items) => {
      prepared.push(...items);
      return ready(items);
    },
    commit: async (_, items) => {
      groups.push([...items]);
      begun.resolve();
      if (groups.length === 1) await first.promise;
    },
  });
  const adding = [1, 2, 3].map((item) => add('lane', item));
  await begun.promise;
  const later = [4, 5].map((item) => add('lane', item));
  await expect.poll(() => prepared).toEqual([1, 2, 3, 4, 5]);
  expect(groups).toEqual([[1, 2, 3]]);
  first.resolve();
  expect(await Promise.all([...adding, ...later])).toEqual([1, 2, 3, 4, 5]);
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('one that can not be prepared fails alone; a commit that fails fails its group, and the next goes on', async () => {
  let fails = true;
  const { add } = groupCommit<number, number>({
    prepare: async (_, items) => {
      if (items.includes(99)) throw new Error('no keys');
      return ready(items);
    },
    commit: async (_, items) => {
      if (fails && items.includes(2)) throw new Error('no database');
    },
  });
  const ends = await Promise.allSettled([1, -1, 3].map((item) => add('lane', item)));
  expect(ends).toMatchObject([{ value: 1 }, { reason: { message: 'no -1' } }, { value: 3 }]);
  expect(await Promise.allSettled([1, 2].map((item) => add('lane', item)))).toMatchObject([
    { reason: { message: 'no database' } },
    { reason: { message: 'no database' } },
  ]);
  expect(await Promise.allSettled([add('lane', 99)])).toMatchObject([{ reason: { message: 'no keys' } }]);
  fails = false;
  expect(await add('lane', 2)).toBe(2);
});

test('who waits for a lane waits for all that was added before, also when the last of it fails first', async () => {
  const committed: number[] = [];
  const first = Promise.withResolvers<void>();
  const { add, settled } = groupCommit<number, number>({
    prepare: async (_, items) => ready(items),
    commit: async (_, items) => {
      await first.promise;
      committed.push(...items);
    },
  });
  await settled('lane');
  const adding = add('lane', 1);
  await expect(add('lane', -1)).rejects.toThrow('no -1');
  const waiting = settled('lane').then(() => [...committed]);
  first.resolve();
  expect(await waiting).toEqual([1]);
  await adding;
});

test('no group is larger than 500, none is lost, and lanes do not wait for each other', async () => {
  const sizes: number[] = [];
  const { add } = groupCommit<number, number>({
    prepare: async (_, items) => ready(items),
    commit: async (lane, items) => {
      if (lane === 'stuck') return new Promise(() => {});
      sizes.push(items.length);
    },
  });
  void add('stuck', 1);
  const items = Array.from({ length: 1203 }, (_, at) => at);
  expect(await Promise.all(items.map((item) => add('lane', item)))).toEqual(items);
  expect(sizes).toEqual([500, 500, 203]);
});
