import type { Asker } from '#contracts';
import type { Role } from '@strongroom/protocol';
import { identityProblems } from './errors.ts';

const RANK: Readonly<Record<Role, number>> = { viewer: 0, editor: 1, admin: 2 };

/**
 * INVARIANT: what is narrower than a person, a narrowed token or access made by somebody else, never becomes wider: it
 * makes no link, no admin and no higher role.
 */
export function hasFullAccess(asker: Asker): boolean {
  return asker.own && (asker.scopes ?? []).length === 0;
}

/** Throws `identity/full_access_needed` (403). */
export function refuseNarrowed(asker: Asker): void {
  if (!hasFullAccess(asker)) throw identityProblems.fullAccessNeeded();
}

export function isRaised(from: Role, to: Role): boolean {
  return RANK[to] > RANK[from];
}
