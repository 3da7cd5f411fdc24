import { connectPostgres, describeAddress, parsePostgresUrl, type PostgresAddress } from '@strongroom/connectors';
import type { Source } from '@strongroom/protocol';
import { type Asker, randomUUIDv7 } from '#contracts';
import type { SourcesDeps } from './deps.ts';
import { describeSource } from './describe-source.ts';
import { sampleOff } from './errors.ts';
import { introspectSource } from './introspect-source.ts';
import { keepSource, type NewSource, requireFreeName } from './keep-source.ts';

/**
 * Adds a PostgreSQL database by its address (attacker-controlled, holds credentials): parse → connect → rights →
 * introspect → seal → store. Throws `sources/bad_address`, `sources/name_taken`, `sources/unavailable`, `sources/no_tables`;
 * then nothing is stored.
 */
export async function addPostgres(
  deps: SourcesDeps,
  asker: Asker,
  input: { name: string; url: string },
  signal?: AbortSignal,
): Promise<Source> {
  const address = parsePostgresUrl(input.url, { refused: deps.refused() });
  const id = randomUUIDv7(deps.clock.now().getTime());
  const seal = () => deps.vault.seal(asker.workspaceId, id, new TextEncoder().encode(input.url));
  return addDatabase(
    deps,
    asker,
    { id, name: input.name, location: describeAddress(address), address, seal, isSample: false },
    signal,
  );
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
  return addDatabase(deps, asker, { id, name, location: 'sample', address, seal, isSample: true });
}

async function addDatabase(
  deps: SourcesDeps,
  asker: Asker,
  database: {
    id: string;
    name: string;
    location: string;
    address: PostgresAddress;
    seal: () => Promise<Uint8Array>;
    isSample: boolean;
  },
  signal?: AbortSignal,
): Promise<Source> {
  const { id, name, location, address, seal, isSample } = database;
  await requireFreeName(deps, asker, name);
  const connector = connectPostgres(address);
  try {
    const found = await introspectSource(connector, signal);
    const source: NewSource = {
      id,
      name,
      kind: 'postgres',
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
