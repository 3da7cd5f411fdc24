import type { AuditContext, AuditEvent } from '#contracts';
import type { OpenLedgerEntry } from '@strongroom/protocol';

/** All of an entry but where it stands: what is sealed. */
export type EntryContent = Omit<OpenLedgerEntry, 'id' | 'position' | 'state'>;

const textLengthMax = 1000;
// Control characters, line separators, and the marks that reorder text: a log line must read as what it is.
const harmful = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const actionPattern = /^[a-z][a-z-]{0,40}\.[a-z][a-z_]{0,58}$/;

/** What a request carried (names, addresses, ids) is attacker-controlled: made harmless to read, and cut to 1,000 characters. */
export function entryContent(context: AuditContext, event: AuditEvent, at: Date): EntryContent {
  if (!actionPattern.test(event.action)) throw new TypeError('an audit action is `noun.verb_past`');
  return {
    at: at.toISOString(),
    actor: { kind: context.actor.kind, id: clean(context.actor.id), name: clean(context.actor.name) },
    session: clean(context.sessionId),
    address: clean(context.address),
    requestId: clean(context.requestId),
    action: event.action,
    resource: clean(event.resource),
    decision: { allowed: event.decision.allowed, reason: clean(event.decision.reason) },
    outcome: event.outcome,
    counts: cleanCounts(event.counts ?? {}),
  };
}

function clean<T extends string | null>(text: T): T;
function clean(text: string | null): string | null {
  return text === null ? null : text.slice(0, textLengthMax).toWellFormed().replace(harmful, '\ufffd');
}

function cleanCounts(counts: Readonly<Record<string, number>>): Record<string, number> {
  const finite = Object.entries(counts).filter(([, count]) => Number.isFinite(count));
  return Object.fromEntries(finite.map(([name, count]) => [clean(name), count]));
}
