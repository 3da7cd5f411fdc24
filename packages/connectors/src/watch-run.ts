import type { ProblemError } from '@strongroom/protocol';
import { cancelled, timedOut } from './errors.ts';

/** Longer than the source's own limit, which is the one that says so politely. */
const TIMEOUT_GRACE_MS = 1_000;

/** Ends what runs in a source when its time is over or nobody wants it any more. */
export type RunWatch = {
  /** To be called when it has ended. */
  leave(): void;
  /** Why it was stopped, where it was; else what was lost. */
  explain(loss: ProblemError): ProblemError;
};

export function watchRun(
  session: { cancel(): void },
  limits: { readonly timeoutMs: number },
  signal?: AbortSignal,
): RunWatch {
  let problem: ProblemError | null = null;
  const stop = (reason: ProblemError): void => {
    problem ??= reason;
    session.cancel();
  };
  const onAbort = (): void => stop(cancelled());
  const timer = setTimeout(() => stop(timedOut(limits.timeoutMs)), limits.timeoutMs + TIMEOUT_GRACE_MS);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    leave() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
    explain: (loss) => problem ?? loss,
  };
}
