import { randomUUID } from 'node:crypto';
import type { Role } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import { addPerson } from './add-person.ts';
import type { Identity } from './index.ts';

/** A person of the one workspace, as they ask with the access their role gives; for tests. */
export async function addTestPerson(
  { deps, workspaceId }: Pick<Identity, 'deps' | 'workspaceId'>,
  role: Role,
  email: string,
): Promise<Asker> {
  const { id } = await addPerson(deps, workspaceId, { email, name: email, role, local: false });
  return {
    workspaceId,
    personId: id,
    email,
    name: email,
    role,
    teams: [],
    sessionId: null,
    tokenId: null,
    own: true,
    address: null,
    requestId: randomUUID(),
  };
}
