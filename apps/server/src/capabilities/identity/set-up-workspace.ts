import { ProblemError } from '@strongroom/protocol';
import { installationId, randomUUIDv7, systemContext } from '#contracts';
import { addPerson } from './add-person.ts';
import type { IdentityNeeds } from './deps.ts';
import { LOCAL_ADMIN_EMAIL } from './deps.ts';
import { findWorkspace, insertWorkspace, selectFirstAdmin, selectLocalAdmin } from './store.ts';

const NAME = 'main';

type SetUpNeeds = Pick<IdentityNeeds, 'database' | 'sealer' | 'audit' | 'clock' | 'config' | 'log'>;

/**
 * The workspace `main`, made at the first start with its first administrator: the local one, or with an issuer whoever
 * `STRONGROOM_ADMIN_EMAIL` names. Safe to call at every start, and by two starts at once.
 */
export async function setUpWorkspace(needs: SetUpNeeds): Promise<{ id: string; name: string }> {
  const { database, log } = needs;
  const found = await findWorkspace(database, NAME);
  const id = found?.workspace_id ?? (await makeWorkspace(needs));
  if (!(await hasAdministrator(needs, id)))
    log.warn(
      'nobody can administer this workspace yet: set STRONGROOM_ADMIN_EMAIL to the address of its first administrator',
    );
  return { id, name: NAME };
}

/** Adds the administrator when there is none. Only that takes a key: later starts get on while the keys' holder is away. */
async function hasAdministrator(needs: SetUpNeeds, workspaceId: string): Promise<boolean> {
  const { database, config } = needs;
  const local = config.issuer === null;
  const find = () =>
    database.withWorkspace(workspaceId, (within) =>
      local ? selectLocalAdmin(within) : selectFirstAdmin(within, { local: false }),
    );
  if ((await find()) !== undefined) return true;
  const email = local ? LOCAL_ADMIN_EMAIL : config.adminEmail;
  if (email === null) return false;
  const name = local ? 'Local administrator' : email;
  try {
    await addPerson(needs, workspaceId, { email, name, role: 'admin', local });
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'identity/email_taken') throw error;
    // By another start in the same moment, or by somebody invited, who isn't made an admin by that.
    return (await find()) !== undefined;
  }
}

async function makeWorkspace({ database, audit, clock }: SetUpNeeds): Promise<string> {
  const id = randomUUIDv7();
  const context = systemContext(installationId, 'start');
  const decision = { allowed: true, reason: 'first start' };
  const event = { action: 'identity.workspace_created', resource: id, decision } as const;
  try {
    await audit.append(context, { ...event, outcome: 'begun' });
    await database.withWorkspace(id, (within) =>
      insertWorkspace(within, { workspace_id: id, name: NAME, created_at: clock.now() }),
    );
    await audit.append(context, { ...event, outcome: 'done' });
    return id;
  } catch (error) {
    // Another start made it in the same moment.
    const found = await findWorkspace(database, NAME);
    if (found === undefined) throw error;
    return found.workspace_id;
  }
}
