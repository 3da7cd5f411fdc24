import type { GatewayLimitsInput } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Directory } from '#identity';
import type { Database } from '#platform/database';
import { keyNotFound, personNotFound } from './errors.ts';
import { type Limits, saveLimits } from './store.ts';

export type SetLimitsDeps = {
  /** Which forgets what was read of keys after each transaction. */
  readonly database: Database;
  readonly directory: Pick<Directory, 'personByEmail' | 'tokenById'>;
};

/** What a key may: its models, its requests a minute, its tokens. Throws `gateway/key_not_found` (404). */
export async function setKeyLimits(
  deps: SetLimitsDeps,
  asker: Asker,
  id: string,
  limits: GatewayLimitsInput,
): Promise<void> {
  if ((await deps.directory.tokenById(asker.workspaceId, id)) === null) throw keyNotFound();
  await save(deps, asker, { kind: 'key', id }, limits);
}

/** How many tokens all keys of a person may use together. Throws `gateway/person_not_found` (404). */
export async function setPersonLimits(
  deps: SetLimitsDeps,
  asker: Asker,
  email: string,
  { tokensPerDay, tokensPerMonth }: Pick<GatewayLimitsInput, 'tokensPerDay' | 'tokensPerMonth'>,
): Promise<void> {
  const person = await deps.directory.personByEmail(asker.workspaceId, email);
  if (person === null) throw personNotFound();
  await save(deps, asker, { kind: 'person', id: person.id }, { tokensPerDay, tokensPerMonth });
}

/**
 * Turns keeping on for so many days, or off. INVARIANT: only whose key it is: what is kept is theirs alone, and nobody else decides
 * that it is kept. Somebody else's key and a missing one get the same refusal. Throws `gateway/key_not_found` (404).
 */
export async function setRetention(deps: SetLimitsDeps, asker: Asker, id: string, days: number | null): Promise<void> {
  const token = await deps.directory.tokenById(asker.workspaceId, id);
  if (token?.personId !== asker.personId) throw keyNotFound();
  await save(deps, asker, { kind: 'key', id }, { keepDays: days });
}

async function save(
  { database }: SetLimitsDeps,
  { workspaceId }: Asker,
  subject: { kind: 'key' | 'person'; id: string },
  limits: Limits,
): Promise<void> {
  await database.withWorkspace(workspaceId, (within) => saveLimits(within, workspaceId, subject, limits));
}
