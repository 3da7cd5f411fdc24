import type { Source } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource } from './describe-source.ts';
import { visibleSource } from './find-source.ts';

/** Lets `everyone`, `person:EMAIL` or `team:NAME` query the source. Throws what `access` says of an unknown subject. */
export async function shareSource(deps: SourcesDeps, asker: Asker, name: string, subject: string): Promise<Source> {
  const source = await visibleSource(deps, asker, name);
  await deps.access.grants.grant(asker, source.id, subject);
  return describeSource(deps, asker, source);
}

/** Takes it back, for everything asked from now on. */
export async function unshareSource(deps: SourcesDeps, asker: Asker, name: string, subject: string): Promise<Source> {
  const source = await visibleSource(deps, asker, name);
  await deps.access.grants.revoke(asker, source.id, subject);
  return describeSource(deps, asker, source);
}
