/** Refused or failed (exit code 1) with one line `code: message` on standard error. */
export class CommandFailure extends Error {
  readonly code: string;
  /** What the server said, for commands that print it. */
  readonly body: Readonly<Record<string, unknown>> | null;

  constructor(code: string, message: string, body: Readonly<Record<string, unknown>> | null = null) {
    super(message);
    this.name = 'CommandFailure';
    this.code = code;
    this.body = body;
  }
}

/** Wrong usage (exit code 2). */
export class WrongUsage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WrongUsage';
  }
}
