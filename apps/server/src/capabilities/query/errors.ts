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

/** Also of a lease that never was, and of somebody else's. */
export function leaseLapsed(): ProblemError {
  return new ProblemError('query/lease_lapsed', 410, 'nobody was there for the answer any more; ask again');
}

export function tooManyLeases(leasesMax: number): ProblemError {
  return new ProblemError(
    'query/too_many_leases',
    429,
    `at most ${leasesMax} of your tabs and programs may hold answers at a time; close one`,
  );
}

export function readerStalled(stalledMs: number): ProblemError {
  return new ProblemError(
    'query/reader_stalled',
    408,
    `nothing of the answer was taken for ${stalledMs / 1000} seconds`,
  );
}

export function personUnknown(email: string): ProblemError {
  return new ProblemError('query/person_unknown', 404, `there is nobody called \`${email}\` in this workspace`);
}

/** What went wrong as a problem; anything that isn't one of ours is an internal error and says nothing of itself. */
export function asProblem(error: unknown, signal: AbortSignal): ProblemError {
  if (signal.aborted) return isOurs(signal.reason) ? signal.reason : cancelled();
  if (error instanceof ProblemError) return error;
  return new ProblemError('query/internal', 500, 'the query could not be run, because of a fault of ours', {
    internal: error instanceof Error ? error.name : 'unknown',
  });
}

/** Of the reasons to stop those that this room gives; of the others the reader knows by themself, or nobody is there to be told. */
function isOurs(reason: unknown): reason is ProblemError {
  return reason instanceof ProblemError && reason.code.startsWith('query/');
}
