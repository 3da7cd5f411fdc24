export type LogErrorCode =
  | 'merkle-log/bad_note'
  | 'merkle-log/bad_key'
  | 'merkle-log/bad_checkpoint'
  | 'merkle-log/not_signed'
  | 'merkle-log/bad_range'
  | 'merkle-log/bad_export'
  | 'merkle-log/bad_proof'
  | 'merkle-log/bad_promise'
  | 'merkle-log/bad_certificate'
  | 'merkle-log/bad_state';

/** What was given is not what it should be. The message names the part; it never repeats bytes of it. */
export class LogError extends Error {
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string) {
    super(message);
    this.name = 'LogError';
    this.code = code;
  }
}
