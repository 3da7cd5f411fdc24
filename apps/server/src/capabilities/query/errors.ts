import { ProblemError } from '@strongroom/protocol';

/** The client went away, cancelled, signed out, or the source was removed; 499 as reverse proxies say it. */
function cancelled(): ProblemError {
  return new ProblemError('query/cancelled', 499, 'the query was cancelled');
}

export function limitTooLarge(rowsMax: number): ProblemError {
  return new ProblemError('query/limit_too_large', 400, `limit is at most ${rowsMax.toLocaleString('en')} rows`);
}

export function tooManyRunning(runningMax: number): ProblemError {
  return new ProblemError(
    'query/too_many_running',
    429,
    `at most ${runningMax} of your queries may run at a time; cancel one or wait`,
  );
}

/** `query/too_many_running` again: the limit is another, what to do is not. */
export function tooManyRunningOnSource(runningMax: number): ProblemError {
  return new ProblemError(
    'query/too_many_running',
    429,
    `at most ${runningMax} of your queries may run on this source at a time; cancel one or wait`,
  );
}

/** The admin's key of the two that a query needs (S6) is turned. */
export function runSqlOff(): ProblemError {
  return new ProblemError('query/run_sql_off', 403, 'an admin has turned off running SQL in this workspace');
}

/** While it ran. What was streamed until then is the reader's. */
export function rightsChanged(): ProblemError {
  return new ProblemError('query/rights_changed', 403, 'what you may see was changed while the query ran; ask again');
}

export function personUnknown(email: string): ProblemError {
  return new ProblemError('query/person_unknown', 404, `there is nobody called \`${email}\` in this workspace`);
}

/** What went wrong as a problem; anything that isn't one of ours is an internal error and says nothing of itself. */
export function asProblem(error: unknown, signal: AbortSignal): ProblemError {
  if (signal.aborted)
    return signal.reason instanceof ProblemError && signal.reason.status === 403 ? signal.reason : cancelled();
  if (error instanceof ProblemError) return error;
  return new ProblemError('query/internal', 500, 'the query could not be run, because of a fault of ours', {
    internal: error instanceof Error ? error.name : 'unknown',
  });
}
