import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ProblemError } from '@strongroom/protocol';
import type { Asker } from './asker.ts';
import type { AuditAction } from './audit.ts';

/**
 * What an asker must be allowed to do before a verb runs. `access` maps each to roles; verbs about one source
 * ask `access` again for that source. `public`: anyone, rate limited. `signed-in`: any person of the workspace.
 * `own`: only the person, never through a token made for them by somebody else.
 */
export type Permission =
  | 'public'
  | 'signed-in'
  | 'own'
  | 'ask'
  | 'gateway'
  | 'catalog.describe'
  | 'sources.manage'
  | 'people.manage'
  | 'tokens.manage'
  | 'ledger.read'
  | 'workspace.manage';

export type Call<Input, P extends Permission = Permission> = {
  readonly asker: P extends 'public' ? Asker | null : Asker;
  readonly input: Input;
  /** Aborted when the client goes away, signs out, or the server stops. */
  readonly signal: AbortSignal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Id of the gate's entry `begun`; null where the verb writes its own. */
  readonly receipt: string | null;
  /** Passes a tool through the gate for the same asker, as if it had a route; `body` is an attacker's. Throws `ProblemError` alone. */
  readonly throughGate: (tool: Tool, body: unknown) => Promise<unknown>;
};

/**
 * One thing that can be asked of the server. Every route is one: the gate takes it through
 * identity → access decision → audit `begun` → `handle` → audit of how it went, so there is no way around them (promise B3).
 */
export type Verb<Input extends z.ZodType = z.ZodType, P extends Permission = Permission> = {
  /** `sources.add`, `lifecycle.erase-person`: capability and file name of the verb, as files are written. Also the OpenAPI operation id. */
  readonly name: `${string}.${string}`;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: `/${string}`;
  readonly summary: string;
  readonly permission: P;
  /**
   * `action`: the gate appends it with outcome `begun` before `handle` runs (nothing happens unaudited), and after it
   * with `done`, `refused` or `failed`. null: reads of names and metadata, and verbs that write finer entries themselves;
   * what one of these throws as 401, 403 or 404 the gate appends as `<capability>.refused`.
   */
  readonly audit: AuditAction | null;
  /** `handle` writes the entries, those of what it answers as refused too. Needed where `audit` is null and something changes. */
  readonly auditsItself?: true;
  /**
   * Sent by a timer and not by a person: neither an act, so that it leaves no entry but where it is refused, nor a use, so that it
   * keeps no session alive.
   */
  readonly isHeartbeat?: true;
  /** Beside `auditsItself`: what `handle` throws has its entry too, and the gate adds none. */
  readonly auditsRefusals?: true;
  /** An object schema with any of `params`, `query`, `body`. Attacker-controlled until it has parsed. */
  readonly input: Input;
  /** Schema of the JSON answer; null when the verb writes `reply` itself (streams, redirects). */
  readonly output: z.ZodType | null;
  /** What a verb without `output` writes; `schema` is that of its JSON. Without either the answer is empty, or a redirect. */
  readonly answers?: { readonly schema: z.ZodType; readonly mediaTypes: readonly string[] };
  /** The body is a file of any kind, handed on as a stream. `headers`: what is read beside it, by name, and what it says. */
  readonly takesBytes?: { readonly headers: Readonly<Record<string, string>> };
  /** The body is JSON that is handed on unread, a `Buffer`: the verb reads it itself. */
  readonly takesJsonBytes?: true;
  /** Whatever the body is, nobody reads it: the verb always refuses. */
  readonly leavesBody?: true;
  readonly bodyBytesMax?: number;
  /** Requests a minute from one address; the general limit unless given. Lower for what a guesser would try. */
  readonly ratePerMinuteMax?: number;
  /**
   * What the verb asks of whoever may call it, before anything of a body is read, and in the place of the general limits: those hold
   * for who is not let in. Throws `ProblemError` alone.
   */
  readonly admit?: (call: Pick<Call<unknown, P>, 'asker' | 'request' | 'reply'>) => Promise<void>;
  /** Errors in the shape that another maker's clients read, instead of a problem document. */
  readonly problemAs?: (problem: ProblemError) => { readonly mediaType: string; readonly body: object };
  /** Name of the resource for the audit entry, from the parsed input. */
  readonly resource?: (input: z.output<Input>) => string | null;
  readonly handle: (call: Call<z.output<Input>, P>) => Promise<unknown>;
};

/**
 * A verb without a route, which another one reaches by `throughGate` alone: it has a permission, an input and audit entries as every
 * verb. Its input has a `body`.
 */
export type Tool<Input extends z.ZodType = z.ZodType, P extends Permission = Permission> = Pick<
  Verb<Input, P>,
  | 'name'
  | 'summary'
  | 'permission'
  | 'audit'
  | 'auditsItself'
  | 'auditsRefusals'
  | 'input'
  | 'output'
  | 'resource'
  | 'handle'
>;

/** As `verb`. */
export function tool<Input extends z.ZodType, P extends Permission>(definition: Tool<Input, P>): Tool {
  return definition;
}

/** Keeps the types of input and permission together; does nothing at run time. */
export function verb<Input extends z.ZodType, P extends Permission>(definition: Verb<Input, P>): Verb {
  return definition;
}
