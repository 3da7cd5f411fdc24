type Waiting<T> = { readonly item: T; readonly done: () => void; readonly failed: (error: unknown) => void };
type Lane<T> = { waiting: Waiting<T>[]; running: boolean };

/** So that one group neither holds its lock for long nor grows without bound. */
const groupSizeMax = 1000;

/**
 * Group commit: items added while a commit of the same lane is under way share the next one, in the order they came.
 * The promise of `add` settles as the commit of its group does; a failed group fails each of its items, and only those.
 */
export function groupCommit<T>(commit: (lane: string, items: readonly T[]) => Promise<void>): {
  add(lane: string, item: T): Promise<void>;
} {
  const lanes = new Map<string, Lane<T>>();

  const run = async (name: string, lane: Lane<T>): Promise<void> => {
    while (lane.waiting.length > 0) {
      const group = lane.waiting.splice(0, groupSizeMax);
      try {
        await commit(
          name,
          group.map(({ item }) => item),
        );
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    lanes.delete(name);
  };

  return {
    add: (name, item) =>
      new Promise((done, failed) => {
        const lane = lanes.get(name) ?? { waiting: [], running: false };
        lanes.set(name, lane);
        lane.waiting.push({ item, done, failed });
        if (lane.running) return;
        lane.running = true;
        // After this turn of the event loop, so that what arrives together is committed together.
        setImmediate(() => void run(name, lane));
      }),
  };
}
