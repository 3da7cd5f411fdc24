import { ProblemError } from '@strongroom/protocol';

/** Also for what never had a key: both read the same. */
export function keyDestroyed(): ProblemError {
  return new ProblemError(
    'vault/key_destroyed',
    410,
    'the key of this object was destroyed, so it can not be read any more',
  );
}

/** Commitment and key differ: the row of the key was altered. */
export function unreadable(): ProblemError {
  return new ProblemError('vault/unreadable', 500, 'the sealed bytes were altered or belong to another object');
}

/** The place where new keys are wrapped is of an epoch that was destroyed: this database is a copy from before that. */
export function databaseOutdated(): ProblemError {
  return new ProblemError(
    'vault/database_outdated',
    503,
    'this database is a copy from before an erasure, and what it holds was destroyed with its keys; use the newest database',
  );
}

/** Everything in it is gone for good; a new start makes a new workspace. */
export function workspaceErased(): ProblemError {
  return new ProblemError(
    'vault/workspace_erased',
    410,
    'this workspace was erased; start the server anew for a new one',
  );
}

export function isDestroyed(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'vault/key_destroyed';
}
