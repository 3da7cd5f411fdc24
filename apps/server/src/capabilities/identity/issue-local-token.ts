import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writePrivateFile } from '#config';
import { randomUUIDv7 } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { hashOf, newSecretText } from './secret-text.ts';
import { deleteLocalTokens, insertToken } from './secret-store.ts';
import { selectLocalAdmin } from './store.ts';

/**
 * `$STRONGROOM_HOME/admin.token` (0600): a token of the local administrator, new at each start. With an issuer of the
 * operator's own there is none, and the file is removed. Resolves with the administrator's id, or null. It takes no key,
 * so that a start while the keys' holder is away leaves them a way in for when it is back.
 */
export async function issueLocalToken(deps: IdentityDeps): Promise<string | null> {
  const file = path.join(deps.config.home, 'admin.token');
  const secret = newSecretText('sr_');
  const personId = await deps.database.withWorkspace(deps.workspaceId, async (within) => {
    await deleteLocalTokens(within);
    if (deps.config.issuer !== null) return null;
    const admin = await selectLocalAdmin(within);
    if (admin === undefined) return null;
    await insertToken(within, {
      id: randomUUIDv7(),
      workspace_id: deps.workspaceId,
      person_id: admin.id,
      created_by: admin.id,
      sealed: null,
      local: true,
      scopes: [],
      secret_hash: hashOf(secret),
      created_at: deps.clock.now(),
      expires_at: null,
    });
    return admin.id;
  });
  if (personId === null) await rm(file, { force: true });
  else await writePrivateFile(file, `${secret}\n`);
  return personId;
}
