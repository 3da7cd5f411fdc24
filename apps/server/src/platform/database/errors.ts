import { ProblemError } from '@strongroom/protocol';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  '28P01': 'user or password refused',
  '28000': 'user or password refused',
  '3D000': 'no such database',
  '42501': 'the user may not create schemas and roles there',
  '53100': 'its disk is full',
  '53300': 'it has too many connections',
  '57P01': 'it is shutting down',
  '57P03': 'it is starting up',
};

/** `database/unavailable` with a reason in our own words; the driver's text can hold addresses and users. */
export function connectionFailed(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const reason = REASONS[codeOf(error) ?? ''] ?? reasonOfText(error);
  const problem = new ProblemError('database/unavailable', 503, `the database can't be used: ${reason}`);
  problem.cause = error;
  return problem;
}

export function roleTooStrong(): ProblemError {
  return new ProblemError(
    'database/role_too_strong',
    500,
    'the database must be used as `strongroom_app`, which row-level security binds; remove `options` from STRONGROOM_DATABASE_URL',
  );
}

export function isConnectionError(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null)
    return (
      error instanceof Error &&
      /connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/i.test(
        error.message,
      )
    );
  return /^(08|57P|53)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'].includes(code);
}

function reasonOfText(error: unknown): string {
  const code = codeOf(error);
  if (code !== null) return `error ${code}`;
  if (error instanceof Error && /timeout/i.test(error.message)) return 'no answer in time';
  if (error instanceof Error && /SSL|TLS/.test(error.message)) return 'its TLS settings do not match';
  return 'the connection broke';
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== null) ?? null;
  return null;
}
