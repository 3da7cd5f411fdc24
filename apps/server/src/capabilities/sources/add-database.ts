import { connectPostgres } from '@strongroom/connectors';
import type { Source } from '@strongroom/protocol';
import { type Asker, randomUUIDv7 } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource } from './describe-source.ts';
import { sampleOff } from './errors.ts';
import { introspectSource } from './introspect-source.ts';
import { keepSource, type NewSource, requireFreeName } from './keep-source.ts';
import { openDatabase, type OpenedDatabase } from './open-database.ts';

/**
 * Adds a database by its address (attacker-controlled, holds credentials): parse → connect → rights →
 * introspect → seal → store. Throws `sources/bad_address`, `sources/name_taken`, `sources/unavailable`, `sources/no_tables`;
 * then nothing is stored.
 */
export async function addDatabase(
  deps: SourcesDeps,
  asker: Asker,
  input: { name: string; url: string },
  signal?: AbortSignal,
): Promise<Source> {
  const opened = openDatabase(input.url, deps.refused());
  const id = randomUUIDv7(deps.clock.now().getTime());
  const seal = () => deps.vault.seal(asker.workspaceId, id, new TextEncoder().encode(input.url));
  return addOpened(deps, asker, { ...opened, id, name: input.name, seal, isSample: false }, signal);
}

/**
 * The embedded sample: its address is made by code at each start, so none is stored. A word is sealed in its place, so that it has a
 * key whose destruction can be certified like any other's.
 */
export async function addSample(deps: SourcesDeps, asker: Asker, name: string): Promise<Source> {
  const { address } = deps.sample;
  if (address === null) throw sampleOff();
  const id = randomUUIDv7(deps.clock.now().getTime());
  const seal = () => deps.vault.seal(asker.workspaceId, id, new TextEncoder().encode('sample'));
  return addOpened(deps, asker, {
    kind: 'postgres',
    id,
    name,
    location: 'sample',
    connector: connectPostgres(address),
    seal,
    isSample: true,
  });
}

async function addOpened(
  deps: SourcesDeps,
  asker: Asker,
  database: OpenedDatabase & { id: string; name: string; seal: () => Promise<Uint8Array>; isSample: boolean },
  signal?: AbortSignal,
): Promise<Source> {
  const { id, name, kind, location, connector, seal, isSample } = database;
  await requireFreeName(deps, asker, name);
  try {
    const found = await introspectSource(connector, signal);
    const source: NewSource = {
      id,
      name,
      kind,
      location,
      sealed_address: Buffer.from(await seal()),
      file_id: null,
      is_sample: isSample,
    };
    return await describeSource(deps, asker, await keepSource(deps, asker, source, found));
  } catch (error) {
    await deps.vault.destroy(asker.workspaceId, [id]);
    throw error;
  } finally {
    await connector.close();
  }
}
