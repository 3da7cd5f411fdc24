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
