import type { Person } from '@strongroom/protocol';
import type { IdentityDeps } from './deps.ts';
import { byEmail, openPeople, toPerson } from './open-people.ts';
import { selectAllPeople } from './store.ts';

/** By email address; sorted here, since the database can't see one. */
export async function listPeople(deps: IdentityDeps, workspaceId: string): Promise<Person[]> {
  const rows = await deps.database.withWorkspace(workspaceId, selectAllPeople);
  return (await openPeople(deps, workspaceId, rows)).toSorted(byEmail).map(toPerson);
}
