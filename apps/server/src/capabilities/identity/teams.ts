import { randomUUIDv7 } from '#contracts';
import type { Asker } from '#contracts';
import type { Tables, Transaction } from '#platform/database';
import type { Team } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { findPerson } from './find-person.ts';
import { deleteMember, deleteTeam, insertMember, insertTeam, selectTeam, selectTeams } from './store.ts';

/** Throws `identity/team_taken` (409). */
export async function addTeam(deps: IdentityDeps, asker: Asker, name: string): Promise<Team> {
  const id = randomUUIDv7();
  await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    if (!(await insertTeam(within, { id, workspace_id: asker.workspaceId, name, created_at: deps.clock.now() })))
      throw identityProblems.teamTaken(name);
  });
  return { id, name, members: [] };
}

/** What was shared with the team is shared with it no more, also when another takes its name. */
export async function removeTeam(deps: IdentityDeps, asker: Asker, name: string): Promise<void> {
  const id = await deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const team = await findTeam(within, name);
    await deleteTeam(within, team.id);
    return team.id;
  });
  await deps.subjectRemoved({ kind: 'team', id });
}

export async function addMember(deps: IdentityDeps, asker: Asker, name: string, idOrEmail: string): Promise<Team> {
  return changeMembers(deps, asker, name, async (within, teamId) => {
    const person = await findPerson(within, idOrEmail);
    await insertMember(within, { workspace_id: asker.workspaceId, team_id: teamId, person_id: person.id });
  });
}

export async function removeMember(deps: IdentityDeps, asker: Asker, name: string, idOrEmail: string): Promise<Team> {
  return changeMembers(deps, asker, name, async (within, teamId) =>
    deleteMember(within, teamId, (await findPerson(within, idOrEmail)).id),
  );
}

async function changeMembers(
  deps: IdentityDeps,
  asker: Asker,
  name: string,
  change: (within: Transaction<Tables>, teamId: string) => Promise<void>,
): Promise<Team> {
  return deps.database.withWorkspace(asker.workspaceId, async (within) => {
    const { id } = await findTeam(within, name);
    await change(within, id);
    const team = (await selectTeams(within)).find((candidate) => candidate.id === id);
    if (team === undefined) throw identityProblems.unknownTeam(name);
    return team;
  });
}

async function findTeam(within: Transaction<Tables>, name: string): Promise<{ id: string }> {
  const team = await selectTeam(within, name);
  if (team === undefined) throw identityProblems.unknownTeam(name);
  return team;
}
