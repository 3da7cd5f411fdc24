import type { Asker } from '#contracts';

/** Whose access ended: every member given must match the asker's. */
export type EndedAccess = { readonly sessionId?: string; readonly tokenId?: string; readonly personId?: string };

export type RunningCalls = {
  /** `finish` must be called when the call is over. */
  start(asker: Asker | null): { signal: AbortSignal; abort(reason: Error): void; finish(): void };
  abortOf(ended: EndedAccess, reason: Error): void;
  abortAll(reason: Error): void;
  readonly count: number;
};

/** The calls being handled now, so that a sign-out or a stop reaches what they run in the sources. */
export function createRunningCalls(): RunningCalls {
  const running = new Set<{ asker: Asker | null; controller: AbortController }>();
  return {
    start(asker) {
      const call = { asker, controller: new AbortController() };
      running.add(call);
      return {
        signal: call.controller.signal,
        abort: (reason) => call.controller.abort(reason),
        finish: () => void running.delete(call),
      };
    },
    abortOf(ended, reason) {
      for (const { asker, controller } of running)
        if (asker !== null && matches(asker, ended)) controller.abort(reason);
    },
    abortAll(reason) {
      for (const { controller } of running) controller.abort(reason);
    },
    get count() {
      return running.size;
    },
  };
}

function matches(asker: Asker, ended: EndedAccess): boolean {
  if (ended.sessionId !== undefined && asker.sessionId !== ended.sessionId) return false;
  if (ended.tokenId !== undefined && asker.tokenId !== ended.tokenId) return false;
  if (ended.personId !== undefined && asker.personId !== ended.personId) return false;
  return ended.sessionId !== undefined || ended.tokenId !== undefined || ended.personId !== undefined;
}
