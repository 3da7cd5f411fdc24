import { setImmediate as turn } from 'node:timers/promises';

type Waiting<Item, Ready> = {
  readonly item: Item;
  readonly done: (ready: Ready) => void;
  readonly failed: (error: unknown) => void;
};
type Lane<Item, Ready> = {
  readonly waiting: Waiting<Item, Ready>[];
  readonly ready: { readonly from: Waiting<Item, Ready>; readonly entry: Ready }[];
  committing: boolean;
  /** Settles once every item that was added has. */
  settled: Promise<unknown>;
  /** Goes on with whatever there is to do now. */
  wake: () => void;
};

export type GroupCommit<Item, Ready> = {
  /** One result for each item, in order; what throws fails all of them. */
  prepare: (lane: string, items: readonly Item[]) => Promise<readonly PromiseSettledResult<Ready>[]>;
  commit: (lane: string, entries: readonly Ready[]) => Promise<void>;
};

/** So that one group neither holds its lock for long nor grows without bound. */
const groupSizeMax = 500;
/** Prepared without a pause, so that the database, which waits for bytes and is waited for, is looked after in between. */
const sliceSizeMax = 50;

/**
 * Group commit: items added while a commit of the same lane is under way share the next one, in the order they came, and are
 * prepared meanwhile. The promise of `add` settles as the commit of its group does; a failed group fails each of its items, and only those.
 */
export function groupCommit<Item, Ready>({
  prepare,
  commit,
}: GroupCommit<Item, Ready>): {
  add(lane: string, item: Item): Promise<Ready>;
  /** Resolves once what was added to the lane before has been committed, or has failed. */
  settled(lane: string): Promise<void>;
} {
  const lanes = new Map<string, Lane<Item, Ready>>();

  const prepareSlice = async (name: string, lane: Lane<Item, Ready>): Promise<void> => {
    const slice = lane.waiting.splice(0, Math.min(sliceSizeMax, groupSizeMax - lane.ready.length));
    try {
      const results = await prepare(
        name,
        slice.map(({ item }) => item),
      );
      for (const [at, from] of slice.entries()) {
        const result = results[at];
        if (result?.status === 'fulfilled') lane.ready.push({ from, entry: result.value });
        else from.failed(result?.reason);
      }
    } catch (error) {
      for (const { failed } of slice) failed(error);
    }
  };

  const commitReady = async (name: string, lane: Lane<Item, Ready>): Promise<void> => {
    const group = lane.ready.splice(0);
    lane.committing = true;
    try {
      await commit(
        name,
        group.map(({ entry }) => entry),
      );
      for (const { from, entry } of group) from.done(entry);
    } catch (error) {
      for (const { from } of group) from.failed(error);
    }
    lane.committing = false;
    lane.wake();
  };

  const run = async (name: string, lane: Lane<Item, Ready>): Promise<void> => {
    // Whatever is added by who runs now comes into the first slice.
    await Promise.resolve();
    for (;;) {
      if (lane.waiting.length > 0 && lane.ready.length < groupSizeMax) {
        await prepareSlice(name, lane);
        // So that what arrives together is committed together, and the database's answers are heard.
        await turn();
      } else if (lane.committing) await new Promise<void>((wake) => (lane.wake = wake));
      else if (lane.ready.length > 0) void commitReady(name, lane);
      else break;
    }
    lanes.delete(name);
  };

  return {
    add: (name, item) => {
      let lane = lanes.get(name);
      if (lane === undefined) {
        lane = { waiting: [], ready: [], committing: false, settled: Promise.resolve(), wake: () => {} };
        lanes.set(name, lane);
        void run(name, lane);
      }
      const { promise, resolve: done, reject: failed } = Promise.withResolvers<Ready>();
      lane.waiting.push({ item, done, failed });
      lane.settled = Promise.allSettled([lane.settled, promise]);
      lane.wake();
      return promise;
    },
    settled: async (name) => void (await lanes.get(name)?.settled),
  };
}
