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

/** What is clear in the row differs from what was sealed with it: somebody changed the database. */
export function altered(position: number): ProblemError {
  return new ProblemError('ledger/altered', 500, `audit entry ${position} was altered in the database`);
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
