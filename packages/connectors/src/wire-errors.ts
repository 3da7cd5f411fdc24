/** The source sent what its protocol does not allow. */
export class ProtocolError extends Error {}

/** One row was longer than ROW_BYTES_MAX. */
export class RowTooLargeError extends Error {}

/** One row may have this many bytes at most, as it arrives and as it is decoded; sources themselves allow 1 GB. */
export const ROW_BYTES_MAX = 64 * 1024 * 1024;
