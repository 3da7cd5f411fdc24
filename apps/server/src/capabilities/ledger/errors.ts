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

/** Committed, but no checkpoint covers it yet: another server of this database is at it. */
export function pending(position: number): ProblemError {
  return new ProblemError(
    'ledger/pending',
    503,
    `audit entry ${position} is not in the tree yet; try again in a moment`,
  );
}
