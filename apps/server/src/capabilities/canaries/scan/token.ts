import { randomBytes } from 'node:crypto';

export const TOKEN_SIZE_BYTES = 16;
/** As it is planted: 32 lower-case hex digits, which fit a text column as they are and a `uuid` column too. */
export const tokenPattern = /^[0-9a-f]{32}$/;

/** 128 random bits: nothing that is not one of ours is ever taken for one. */
export function newToken(): string {
  return randomBytes(TOKEN_SIZE_BYTES).toString('hex');
}
