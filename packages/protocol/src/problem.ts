import { z } from 'zod';

/**
 * A refusal or failure as it leaves the server: an RFC 9457 problem document.
 * `code` is `noun/what_happened`, stable, and the only member programs should branch on.
 * Neither `title` nor `detail` ever holds a row value, a prompt, or a source's own error text.
 */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().regex(/^[a-z-]+\/[a-z_]+$/),
  detail: z.string().optional(),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** `code` of an error, e.g. `sources/name_taken`. */
export type ProblemCode = `${string}/${string}`;

/**
 * The one error class that crosses front doors. `message` is public: short, lower case, no values.
 * `internal` goes to the log of the operator only, and must hold no row value, prompt or secret either.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  /** Public extension members of the problem document (RFC 9457 section 3.2). */
  readonly members: Readonly<Record<string, unknown>>;
  readonly internal: string | null;

  constructor(
    code: ProblemCode,
    status: number,
    message: string,
    options: { members?: Record<string, unknown>; internal?: string } = {},
  ) {
    super(message);
    this.name = 'ProblemError';
    this.code = code;
    this.status = status;
    this.members = options.members ?? {};
    this.internal = options.internal ?? null;
  }
}

/**
 * The problem as it leaves; `internal` stays behind.
 * `type` is a URI of the code's own, since `about:blank` would promise the status's standard phrase as the title
 * (RFC 9457 section 4.2.1). It is a name, not an address: nobody needs to reach us to read an error.
 */
export function problemDocument(problem: ProblemError, requestId: string): Problem {
  return {
    ...problem.members,
    type: `urn:strongroom:problem:${problem.code}`,
    title: problem.message,
    status: problem.status,
    code: problem.code,
    requestId,
  };
}
