/** What one listener hears of its workspace. */
export type News = {
  /** Forgets what came so far; to be called before what came is looked at. */
  clear(): void;
  /** Resolves at what came since, and when it is time to look all the same. */
  wait(): Promise<void>;
  close(): void;
};

/**
 * What other servers of this database append is not told here: each listener looks once a second, which is one read of
 * one row. LISTEN would need a connection of its own, watched and opened again, to be a second quicker.
 */
const lookMs = 1_000;

/** Tells within this server that entries of a workspace were committed. `signal`: its end is news too. */
export function createNews(): {
  listen(workspaceId: string, signal: AbortSignal): News;
  tell(workspaceId: string): void;
} {
  const listeners = new Map<string, Set<() => void>>();
  return {
    listen: (workspaceId, signal) => {
      let came = false;
      let wake = (): void => {};
      const hear = (): void => {
        came = true;
        wake();
      };
      const all = listeners.get(workspaceId) ?? new Set();
      listeners.set(workspaceId, all.add(hear));
      signal.addEventListener('abort', hear);
      return {
        clear: () => {
          came = false;
        },
        wait: async () => {
          if (came || signal.aborted) return;
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          const timer = setTimeout(resolve, lookMs);
          await promise;
          clearTimeout(timer);
        },
        close: () => {
          signal.removeEventListener('abort', hear);
          all.delete(hear);
          if (all.size === 0) listeners.delete(workspaceId);
        },
      };
    },
    tell: (workspaceId) => {
      for (const hear of listeners.get(workspaceId) ?? []) hear();
    },
  };
}
