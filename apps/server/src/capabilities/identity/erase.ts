import type { AuditContext } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { deleteTokens, selectEndedTokens } from './secret-store.ts';
import { deletePeople, selectRemoved } from './store.ts';

/**
 * INVARIANT: keys first, then what others keep of the person, then the rows. People are removed and tokens ended before
 * they come here, so that a crash in between leaves nothing anybody can use or find, and `eraseEnded` finishes it.
 */
export async function erase(
  deps: IdentityDeps,
  { people, tokens }: { readonly people: readonly string[]; readonly tokens: readonly string[] },
  by?: AuditContext,
): Promise<void> {
  if (people.length + tokens.length === 0) return;
  await deps.sealer.destroy(deps.workspaceId, [...people, ...tokens], by);
  for (const id of people) await deps.subjectRemoved({ kind: 'person', id });
  await deps.database.withWorkspace(deps.workspaceId, async (within) => {
    await deleteTokens(within, tokens);
    await deletePeople(within, people);
  });
}

/** Expired tokens, and what a removal cut short left. */
export async function eraseEnded(deps: IdentityDeps): Promise<void> {
  const ended = await deps.database.withWorkspace(deps.workspaceId, async (within) => ({
    people: await selectRemoved(within),
    tokens: await selectEndedTokens(within, deps.clock.now()),
  }));
  await erase(deps, ended);
}
