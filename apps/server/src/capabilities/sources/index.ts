import type { Connector, PostgresAddress } from '@strongroom/connectors';
import type { Source } from '@strongroom/protocol';
import type { Asker, DataHolder } from '#contracts';
import { addDatabase, addSample } from './add-database.ts';
import { confirmFile } from './confirm-file.ts';
import { sourcesHolder } from './data-holder.ts';
import type { IntrospectedListener, RemovedListener, SourcesDeps, SourcesNeeds } from './deps.ts';
import { createShortMemory, forgetting } from '#platform/memory';
import {
  findSource,
  FOUND_MS,
  listSources,
  manageableSource,
  type ManagedSource,
  queryableSources,
  showSource,
  type SourceHandle,
} from './find-source.ts';
import { refreshSource } from './refresh-source.ts';
import { removeSource } from './remove-source.ts';
import { shareSource, unshareSource } from './share-source.ts';
import { createConnectorCache, useSource } from './use-source.ts';

export type { IntrospectedListener, ManagedSource, SourceHandle };

export type Sources = {
  list(asker: Asker): Promise<Source[]>;
  /** Throws `sources/not_found` (404), the same for hidden and unknown. */
  show(asker: Asker, name: string): Promise<Source>;
  addDatabase(asker: Asker, input: { name: string; url: string }, signal?: AbortSignal): Promise<Source>;
  confirmFile(
    asker: Asker,
    input: { name: string; upload: string; header?: boolean | undefined },
    signal?: AbortSignal,
  ): Promise<Source>;
  refresh(asker: Asker, name: string, signal?: AbortSignal): Promise<Source>;
  remove(asker: Asker, name: string): Promise<void>;
  share(asker: Asker, name: string, subject: string): Promise<Source>;
  unshare(asker: Asker, name: string, subject: string): Promise<Source>;
  /** The source an asker may query. Throws `query/denied` (403), the same for hidden and unknown. */
  find(asker: Asker, name: string): Promise<SourceHandle>;
  /** For those who manage it, whether or not they may query it. Throws `sources/not_found` (404). */
  manage(asker: Asker, name: string): Promise<ManagedSource>;
  /** All of them, by name. */
  queryable(asker: Asker): Promise<SourceHandle[]>;
  /** The open connector of a source; stays with sources, so callers never close it. */
  use(handle: SourceHandle): Promise<Connector>;
  /** Called before a source goes, with its id: end what runs on it. */
  onRemoved(listener: RemovedListener): void;
  /** Called with what a source holds whenever it was read, inside the transaction that stores the source. */
  onIntrospected(listener: IntrospectedListener): void;
  /** For sample/: says where the embedded sample is, and adds it as a source. */
  readonly sample: { attach(address: PostgresAddress): void; add(asker: Asker, name: string): Promise<Source> };
  readonly holder: DataHolder;
  /** Closes every connector; what runs is cancelled. */
  close(): Promise<void>;
};

export function createSources(needs: SourcesNeeds): Sources {
  const found = createShortMemory<SourceHandle | null>({ keptMs: FOUND_MS, clock: needs.clock }, (one) => one !== null);
  needs.access.onChanged(() => found.forget());
  const deps: SourcesDeps = {
    ...needs,
    database: forgetting(needs.database, found),
    found,
    introspected: new Set(),
    removed: new Set(),
    sample: { address: null },
    connectors: createConnectorCache(),
  };
  return {
    list: (asker) => listSources(deps, asker),
    show: (asker, name) => showSource(deps, asker, name),
    addDatabase: (asker, input, signal) => addDatabase(deps, asker, input, signal),
    confirmFile: (asker, input, signal) => confirmFile(deps, asker, input, signal),
    refresh: (asker, name, signal) => refreshSource(deps, asker, name, signal),
    remove: (asker, name) => removeSource(deps, asker, name),
    share: (asker, name, subject) => shareSource(deps, asker, name, subject),
    unshare: (asker, name, subject) => unshareSource(deps, asker, name, subject),
    find: (asker, name) => findSource(deps, asker, name),
    manage: (asker, name) => manageableSource(deps, asker, name),
    queryable: (asker) => queryableSources(deps, asker),
    use: (handle) => useSource(deps, handle),
    onRemoved: (listener) => void deps.removed.add(listener),
    onIntrospected: (listener) => void deps.introspected.add(listener),
    sample: {
      attach: (address) => {
        deps.sample.address = address;
      },
      add: (asker, name) => addSample(deps, asker, name),
    },
    holder: sourcesHolder(deps),
    close: () => deps.connectors.dropAll(),
  };
}

export { sourcesRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export { ensureSample } from './sample/ensure-sample.ts';
