import { ProblemError } from '@strongroom/protocol';

/** Altered, truncated, reordered or swapped bytes, or the wrong key: on purpose one answer for all. */
export function unreadable(): ProblemError {
  return new ProblemError('vault/unreadable', 500, 'the sealed bytes were altered or belong to another object');
}

/** The holder of the root keys can't or won't answer now. Heals by itself when it does again. */
export function keyUnavailable(internal: string): ProblemError {
  return new ProblemError('vault/key_unavailable', 503, 'the key that protects this workspace is not available', {
    internal,
  });
}

/** The secret of the epoch in which an object's key was wrapped is gone for good. */
export function epochDestroyed(): ProblemError {
  return new ProblemError(
    'vault/key_destroyed',
    410,
    'the key of this object was destroyed, so it can not be read any more',
  );
}

export function keyFileExposed(mode: number): ProblemError {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return new ProblemError(
    'vault/key_file_exposed',
    500,
    `\`root.key\` can be read or written by other people (mode ${octal}): run \`chmod 600\` on it`,
  );
}

export function keyFileDamaged(reason: string): ProblemError {
  return new ProblemError('vault/key_file_damaged', 500, `\`root.key\` is not a key file: ${reason}`);
}

/** `code` of a file system's error, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
