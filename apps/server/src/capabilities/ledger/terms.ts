import type { EntryContent } from './entry-content.ts';

/** Fields that entries are found by, beside the clear ones. */
export type TermFilter = {
  readonly actor?: string | undefined;
  readonly session?: string | undefined;
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
  readonly resource?: string | undefined;
  readonly allowed?: boolean | undefined;
  readonly reason?: string | undefined;
};

const resourceDepthMax = 5;

/** `field:value` of everything an entry can be found by. A resource is found by each of its beginnings: `aviation` finds `aviation.public.flights`. */
export function termsOf(content: EntryContent): string[] {
  const terms = [
    ...actorNames(content.actor.name).map((name) => term('actor', name)),
    term('allowed', String(content.decision.allowed)),
    term('reason', content.decision.reason),
  ];
  if (content.actor.id !== null) terms.push(term('actor', content.actor.id));
  if (content.session !== null) terms.push(term('session', content.session));
  if (content.address !== null) terms.push(term('address', content.address));
  if (content.requestId !== null) terms.push(term('request', content.requestId));
  if (content.resource !== null) terms.push(...beginnings(content.resource).map((name) => term('resource', name)));
  return [...new Set(terms)];
}

/** `carl@x (by bob@x)`, somebody's token that another made, is found by both. */
function actorNames(name: string): string[] {
  const made = /^(.+) \(by (.+)\)$/.exec(name);
  return [name, ...(made?.slice(1) ?? [])];
}

export function termsWanted({ actor, session, address, requestId, resource, allowed, reason }: TermFilter): string[] {
  const fields = { actor, session, address, request: requestId, resource, allowed: allowed?.toString(), reason };
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [term(field, value)]));
}

/** Case and the ways to write an accent don't matter to who searches. */
function term(field: string, value: string): string {
  return `${field}:${value.normalize('NFC').toLowerCase()}`;
}

function beginnings(resource: string): string[] {
  const parts = resource.split('.');
  const shorter = parts.slice(0, resourceDepthMax - 1).map((_, index) => parts.slice(0, index + 1).join('.'));
  return [...shorter, resource];
}
