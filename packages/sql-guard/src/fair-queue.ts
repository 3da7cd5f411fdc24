export type FairQueue<T> = {
  /** False when too much waits already, in all or of this key. */
  add(key: string | null, item: T): boolean;
  /** The next item of the key whose turn it is, or undefined when nothing may start now. Of a key, one at a time. */
  take(): T | undefined;
  /** What was taken of this key is done: its next item may start. */
  done(key: string | null): void;
  /** Removes and returns all that wait. */
  drain(): T[];
};

type Line<T> = { waiting: T[]; busy: boolean };

/**
 * Serves keys in turn, so that whoever asks for much waits for themselves alone. Items without a key share one line, and
 * may run beside one another.
 */
export function createFairQueue<T>(options: { waitingMax: number; waitingMaxPerKey: number }): FairQueue<T> {
  /** In the order of turns: whose turn it was goes to the end. */
  const lines = new Map<string | null, Line<T>>();
  let waitingCount = 0;
  return {
    add(key, item) {
      const line = lines.get(key) ?? { waiting: [], busy: false };
      const mostOfKey = key === null ? options.waitingMax : options.waitingMaxPerKey;
      if (waitingCount >= options.waitingMax || line.waiting.length >= mostOfKey) return false;
      lines.set(key, line);
      line.waiting.push(item);
      waitingCount += 1;
      return true;
    },
    take() {
      for (const [key, line] of lines) {
        if (line.busy || line.waiting.length === 0) continue;
        lines.delete(key);
        line.busy = key !== null;
        if (line.busy || line.waiting.length > 1) lines.set(key, line);
        waitingCount -= 1;
        return line.waiting.shift();
      }
      return undefined;
    },
    done(key) {
      const line = lines.get(key);
      if (line === undefined) return;
      line.busy = false;
      if (line.waiting.length === 0) lines.delete(key);
    },
    drain() {
      const items = [...lines.values()].flatMap((line) => line.waiting.splice(0));
      waitingCount = 0;
      for (const [key, line] of lines) if (!line.busy) lines.delete(key);
      return items;
    },
  };
}
