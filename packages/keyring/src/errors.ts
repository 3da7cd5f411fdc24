import { ProblemError } from '@strongroom/protocol';

/** Altered, truncated, reordered or swapped bytes, or the wrong key: on purpose one answer for all. */
export function unreadable(): ProblemError {
  return new ProblemError('vault/unreadable', 500, 'the sealed bytes were altered or belong to another object');
}

/** The root key can't be had now. Heals by itself when it is back. */
export function keyUnavailable(internal: string): ProblemError {
  return new ProblemError('vault/key_unavailable', 503, 'the key that protects this workspace is not available', {
    internal,
  });
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
