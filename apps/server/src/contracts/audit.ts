import type { AuditOutcome } from '@strongroom/protocol';
import type { Asker } from './asker.ts';
import { installationId } from './ids.ts';

/** `noun.verb_past`, e.g. `sources.added`; the noun is the capability, so that a log line leads to its folder. */
export type AuditAction = `${string}.${string}`;

export type AuditActor =
  | { readonly kind: 'person'; readonly id: string; readonly name: string }
  | { readonly kind: 'anonymous' | 'system'; readonly id: null; readonly name: string };

export type AuditContext = {
  readonly workspaceId: string;
  readonly actor: AuditActor;
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
};

/** What happened. Names, ids and counts only: never a row value, a prompt, SQL text or a secret. */
export type AuditEvent = {
  readonly action: AuditAction;
  /** Name of what it happened to, e.g. `aviation` or `aviation.public.flights`; null when there is none or the asker may not know. */
  readonly resource: string | null;
  readonly decision: { readonly allowed: boolean; readonly reason: string };
  readonly outcome: AuditOutcome;
  readonly counts?: Readonly<Record<string, number>>;
};

export type AuditReceipt = {
  readonly entryId: string;
  readonly at: string;
  /**
   * Signed on the spot, once the entry is committed: at which place the log will hold it. Whoever keeps it can show later that it
   * was dropped (docs/formats/audit-log.md). Absent where no log signs.
   */
  readonly promise?: () => string;
};

/**
 * Write power over the audit log, and only that.
 * INVARIANT: `append` resolves after the entry is durable (committed and flushed); callers act or release only then.
 * Throws `ledger/unavailable` (503) otherwise, and the act must not happen.
 */
export type AuditWriter = {
  append(context: AuditContext, event: AuditEvent): Promise<AuditReceipt>;
};

/** `carl@x (by bob@x)` when bob made the token or the link that acts for carl. */
export function actorName(email: string, madeBy: string | undefined): string {
  return madeBy === undefined ? email : `${email} (by ${madeBy})`;
}

/** The asker as the audit log names them. */
export function auditContext(asker: Asker): AuditContext {
  return {
    workspaceId: asker.workspaceId,
    actor: { kind: 'person', id: asker.personId, name: actorName(asker.email, asker.madeBy) },
    sessionId: asker.sessionId ?? asker.tokenId,
    address: asker.address,
    requestId: asker.requestId,
  };
}

/** What the server does by itself. `name`: of the part that acts, as the audit log shows it. */
export function systemContext(workspaceId: string, name: string): AuditContext {
  return { workspaceId, actor: { kind: 'system', id: null, name }, sessionId: null, address: null, requestId: null };
}

/**
 * A context for the installation's own log. INVARIANT: it names people by id alone, so that erasing somebody has nothing to do
 * outside their workspace.
 */
export function inInstallation({ actor, requestId }: AuditContext): AuditContext {
  const named = actor.kind === 'person' ? { ...actor, name: actor.id } : actor;
  return { workspaceId: installationId, actor: named, sessionId: null, address: null, requestId };
}
