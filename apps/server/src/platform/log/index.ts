import { destination, pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { ProblemError } from '@strongroom/protocol';

export type Log = Logger;

/** Members never printed, wherever they appear at the first two levels. */
const SECRET_MEMBERS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'key',
  'code',
  'sql',
  'params',
  'prompt',
  'question',
  'rows',
  'body',
];

/**
 * JSON lines on standard error (contract: standard output holds the two lines of the start only).
 * INVARIANT 4: no row, prompt, SQL text or secret is logged; errors are reduced to what can't hold one.
 */
export function createLog(options: { level: string; stream?: DestinationStream }): Log {
  const redact = SECRET_MEMBERS.flatMap((member) =>
    member === 'code' ? [`*.${member}.value`] : [member, `*.${member}`],
  );
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redact, censor: '[redacted]' },
      serializers: { err: describeError, error: describeError },
    },
    options.stream ?? destination({ dest: 2, sync: true }),
  );
}

export type ErrorDescription = {
  type: string;
  code?: string;
  message?: string;
  internal?: string;
  at?: string[];
  cause?: ErrorDescription;
};

/**
 * What the operator may see of an error. Messages of unknown errors can hold values (a cast error quotes the value),
 * so only those that are made of our own words are kept.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error };
  const description: ErrorDescription = { type: error.name };
  if ('code' in error && typeof error.code === 'string') description.code = error.code;
  if (error instanceof ProblemError) {
    description.message = error.message;
    if (error.internal !== null) description.internal = error.internal;
  } else if (hasPlainMessage(error)) {
    description.message = error.message;
  }
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  if (frames.length > 0 && !(error instanceof ProblemError)) description.at = frames;
  if (error.cause instanceof Error) description.cause = describeError(error.cause);
  return description;
}

/** PostgreSQL's class 42 names identifiers of our own static SQL; TypeError and ReferenceError name members of our own code. */
function hasPlainMessage(error: Error): boolean {
  if (error instanceof TypeError || error instanceof ReferenceError) return true;
  if ('syscall' in error) return true;
  return 'severity' in error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('42');
}
