import { randomUUIDv7 } from '#contracts';
import type { IdentityNeeds } from './deps.ts';
import { LOCAL_ADMIN_EMAIL } from './deps.ts';
import { findWorkspace, insertPerson, insertWorkspace, lockAdmins, selectPersonById } from './store.ts';

const NAME = 'main';

/**
 * The workspace `main`, made at the first start with its first administrator: the local one, or with an issuer whoever
 * `STRONGROOM_ADMIN_EMAIL` names. Safe to call at every start, and by two starts at once.
 */
export async function setUpWorkspace({
  database,
  clock,
  config,
  log,
}: Pick<IdentityNeeds, 'database' | 'clock' | 'config' | 'log'>): Promise<{ id: string; name: string }> {
  const found = await findWorkspace(database, NAME);
  const id = found?.workspace_id ?? (await makeWorkspace({ database, clock }));
  const email = config.issuer === null ? LOCAL_ADMIN_EMAIL : config.adminEmail;
  const hasAdmin = await database.withWorkspace(id, async (within) => {
    const person = { id: randomUUIDv7(), workspace_id: id, role: 'admin' as const, created_at: clock.now() };
    if (config.issuer === null)
      return insertPerson(within, { ...person, email: LOCAL_ADMIN_EMAIL, name: 'Local administrator' }).then(
        () => true,
      );
    const admins = await Promise.all((await lockAdmins(within)).map((admin) => selectPersonById(within, admin)));
    if (admins.some((admin) => admin !== undefined && admin.email !== LOCAL_ADMIN_EMAIL)) return true;
    if (email === null) return false;
    return insertPerson(within, { ...person, email, name: email });
  });
  if (!hasAdmin)
    log.warn(
      'nobody can administer this workspace yet: set STRONGROOM_ADMIN_EMAIL to the address of its first administrator',
    );
  return { id, name: NAME };
}

async function makeWorkspace({ database, clock }: Pick<IdentityNeeds, 'database' | 'clock'>): Promise<string> {
  const id = randomUUIDv7();
  try {
    await database.withWorkspace(id, (within) =>
      insertWorkspace(within, { workspace_id: id, name: NAME, created_at: clock.now() }),
    );
    return id;
  } catch (error) {
    // Another start made it in the same moment.
    const found = await findWorkspace(database, NAME);
    if (found === undefined) throw error;
    return found.workspace_id;
  }
}
