import { ProblemError } from '@strongroom/protocol';

/** The entry could not be made durable: what it records must not happen. */
export function unavailable(cause: unknown): ProblemError {
  const problem = new ProblemError('ledger/unavailable', 503, 'the audit log can not be written, so nothing was done');
  problem.cause = cause;
  return problem;
}

export function notFound(): ProblemError {
  return new ProblemError('ledger/not_found', 404, 'there is no such audit entry');
}

/** The log is not what we signed: nothing that needs it happens until an operator has looked. `what` names the part. */
export function integrityLost(what: string): ProblemError {
  return new ProblemError(
    'ledger/integrity_lost',
    503,
    `the audit log was changed from outside (${what}), so nothing is done until an operator has looked at it`,
  );
}

/**
 * A witness remembers a log that ours does not continue: ours was cut back or rewritten, or put back from an older copy.
 * `what`: the sizes that tell.
 */
export function historyDisputed(witness: string, what: string): ProblemError {
  return new ProblemError(
    'ledger/integrity_lost',
    503,
    `the witness \`${witness}\` holds another history of the audit log (${what}), so nothing is done until an operator has looked at it`,
  );
}

/** Committed, but no checkpoint covers it yet: another server of this database is at it. */
export function pending(position: number): ProblemError {
  return new ProblemError(
    'ledger/pending',
    503,
    `audit entry ${position} is not in the tree yet; try again in a moment`,
  );
}

/** Somebody follows the log more often than one person may, on this server. */
export function tooManyTails(tailsMax: number): ProblemError {
  return new ProblemError(
    'ledger/too_many_tails',
    429,
    `you follow the audit log ${tailsMax} times already; end one of them first`,
    { members: { tailsMax } },
  );
}

/** Where somebody wants to go on was never reached here: another log, or one that was cut since. */
export function notReached(after: number, last: number): ProblemError {
  return new ProblemError(
    'ledger/not_reached',
    409,
    `the audit log ends at ${last}, so nothing can follow ${after}; is it the one you read before?`,
    { members: { last } },
  );
}

export function badEventId(): ProblemError {
  return new ProblemError('ledger/bad_event_id', 400, '`Last-Event-ID` must be a position of the log, or 0');
}
