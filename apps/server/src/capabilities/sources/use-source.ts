import { type Connector, connectPostgres, openFile } from '@strongroom/connectors';
import { denied, sampleOff } from './errors.ts';
import type { SourcesDeps } from './deps.ts';
import { openDatabase } from './open-database.ts';
import { findById, type SourcesTable } from './store.ts';

/** One open connector a source, shared by everyone who may query it. */
export type ConnectorCache = {
  get(sourceId: string, open: () => Promise<Connector>): Promise<Connector>;
  /** Cancels what runs on it and waits until it is closed. */
  drop(sourceId: string): Promise<void>;
  dropAll(): Promise<void>;
};

export function createConnectorCache(): ConnectorCache {
  const opened = new Map<string, Promise<Connector>>();
  const drop = async (sourceId: string) => {
    const connector = opened.get(sourceId);
    opened.delete(sourceId);
    await connector?.then((open) => open.close()).catch(() => {}); // it never opened, or is gone already
  };
  return {
    get(sourceId, open) {
      const known = opened.get(sourceId);
      if (known !== undefined) return known;
      const opening = open();
      opened.set(sourceId, opening);
      opening.catch(() => {
        if (opened.get(sourceId) === opening) opened.delete(sourceId);
      });
      return opening;
    },
    drop,
    dropAll: async () => {
      await Promise.all([...opened.keys()].map(drop));
    },
  };
}

/** The connector of a source that `find` gave out. Throws `query/denied` when it was removed since, `sources/unavailable`. */
export async function useSource(deps: SourcesDeps, handle: { workspaceId: string; id: string }): Promise<Connector> {
  return deps.connectors.get(handle.id, async () => {
    const source = await deps.database.withWorkspace(handle.workspaceId, (transaction) =>
      findById(transaction, handle.id),
    );
    if (source === null) throw denied();
    return openConnector(deps, source);
  });
}

async function openConnector(deps: SourcesDeps, source: SourcesTable): Promise<Connector> {
  if (source.file_id !== null) return openFile(await deps.files.open(source.workspace_id, source.file_id));
  if (source.is_sample) {
    if (deps.sample.address === null) throw sampleOff();
    return connectPostgres(deps.sample.address);
  }
  if (source.sealed_address === null) throw denied();
  const url = new TextDecoder().decode(await deps.vault.open(source.workspace_id, source.id, source.sealed_address));
  return openDatabase(url, deps.refused()).connector;
}
