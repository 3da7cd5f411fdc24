import type { FastifyRequest } from 'fastify';
import { auditContext } from '#contracts';
import type { Asker, AuditAction, AuditContext, AuditEvent, Tool } from '#contracts';
import type { ProblemError } from '@strongroom/protocol';

/** How far a request came through the gate. */
export type Passage = {
  readonly verb: Tool;
  asker: Asker | null;
  /** Name of what it is about; null until the input has parsed. */
  resource: string | null;
  stage: 'entering' | 'handling' | 'done';
};

/** Entries about strangers a minute, so that nobody can fill the disk without signing in; the rest are counted. */
const STRANGER_ENTRIES_PER_MINUTE_MAX = 120;
/** Somebody changed what was sealed, or its key: whoever came upon it, and by which read, is worth an entry. */
const TAMPERING_CODES: readonly string[] = ['vault/unreadable'];
const HIDING_STATUSES: readonly number[] = [401, 403, 404];

/** Who, from where: the same for every entry of one request. */
export function contextOf(asker: Asker | null, request: FastifyRequest, workspaceId: string): AuditContext {
  if (asker !== null) return auditContext(asker);
  return {
    workspaceId,
    actor: { kind: 'anonymous', id: null, name: 'anonymous' },
    sessionId: null,
    address: request.ip,
    requestId: request.id,
  };
}

export function allowed(
  verb: Tool,
  action: AuditAction,
  resource: string | null,
  outcome: 'begun' | 'done',
): AuditEvent {
  return { action, resource, decision: { allowed: true, reason: `permission ${verb.permission}` }, outcome };
}

/** The entry for a request that ended in `problem`; null when there is nothing to tell, or `handle` has told it. */
export function failureEvent(passage: Passage, request: FastifyRequest, problem: ProblemError): AuditEvent | null {
  const { verb, stage } = passage;
  if (stage === 'done' || (stage === 'entering' && triesNothing(passage, request, problem))) return null;
  if (stage === 'handling' && verb.auditsRefusals) return null;
  const isTold = HIDING_STATUSES.includes(problem.status) || TAMPERING_CODES.includes(problem.code);
  if (stage === 'handling' && verb.audit === null && !isTold) return null;
  const noun = verb.name.slice(0, verb.name.indexOf('.'));
  const refused = problem.status < 500 && problem.code !== 'http/client_left';
  return {
    action: verb.audit ?? `${noun}.refused`,
    resource: passage.resource,
    decision: { allowed: stage === 'handling' && !refused, reason: problem.code },
    outcome: refused ? 'refused' : 'failed',
  };
}

/** Reads that were not well put, who left or came too often, and pages that ask whether anyone is signed in. */
function triesNothing(
  { asker }: Passage,
  { headers, method }: FastifyRequest,
  { code, status }: ProblemError,
): boolean {
  if (code === 'http/client_left' || status === 429) return true;
  const reads = method === 'GET';
  const withToken = headers.authorization !== undefined;
  if (asker === null && status === 401) return !withToken && (reads || headers.cookie === undefined);
  return reads && status !== 401 && status !== 403;
}

/** `take` says how many entries were left out since the last, or null when this one is to be left out too. */
export function createStrangerCount(): { take(): number | null } {
  let minute = 0;
  let written = 0;
  let suppressed = 0;
  return {
    take() {
      const now = Math.floor(Date.now() / 60_000);
      if (now !== minute) {
        minute = now;
        written = 0;
      }
      if (written >= STRANGER_ENTRIES_PER_MINUTE_MAX) {
        suppressed += 1;
        return null;
      }
      written += 1;
      const before = suppressed;
      suppressed = 0;
      return before;
    },
  };
}
