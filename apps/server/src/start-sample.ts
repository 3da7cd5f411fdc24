import type { Asker, AuditWriter } from '#contracts';
import type { Files } from '#files';
import type { Identity } from '#identity';
import type { Clock } from '#platform/clock';
import type { EmbeddedCluster } from '#platform/clusters';
import type { Database } from '#platform/database';
import { ensureSample, type Sources } from '#sources';

/** The sample is a source like others, of the first administrator. */
export async function startSample({
  identity,
  ...rest
}: {
  readonly cluster: EmbeddedCluster;
  readonly identity: Identity;
  readonly sources: Sources;
  readonly files: Files;
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly clock: Clock;
}): Promise<void> {
  const { workspaceId } = identity;
  await ensureSample({ ...rest, workspaceId, administrator: () => firstAdministrator(identity) });
}

/** Whoever owns the sample, acting by the start itself; null while a workspace with a real issuer has no administrator yet. */
async function firstAdministrator({ workspaceId, firstAdministrator: find }: Identity): Promise<Asker | null> {
  const person = await find();
  if (person === null) return null;
  return {
    workspaceId,
    personId: person.id,
    email: person.email,
    name: person.name,
    role: 'admin',
    teams: [],
    sessionId: null,
    tokenId: null,
    own: true,
    address: null,
    requestId: 'start',
  };
}
