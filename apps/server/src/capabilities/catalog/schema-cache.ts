import type { SourceSchema } from '@strongroom/protocol';
import type { ManagedSource } from '#sources';

/** So that a server of many sources holds the names of the busy ones. */
const SOURCES_MAX = 64;

/** The schemas that were read last, in memory: reading one for each query would take longer than most queries. */
export type SchemaCache = {
  /** The same object for the same version, so that others can remember what they made of it. */
  get(handle: ManagedSource, read: () => Promise<SourceSchema>): Promise<SourceSchema>;
  drop(sourceId: string): void;
};

/**
 * INVARIANT: nothing is remembered past a change. A handle is found anew for each query, with the version that its source had in the
 * database at that moment, and a schema answers for no other version, whichever server read it again. It may be newer than its handle, never older.
 */
export function createSchemaCache(): SchemaCache {
  /** In the order of use. */
  const known = new Map<string, { readonly version: string; readonly schema: Promise<SourceSchema> }>();
  return {
    get({ id, schemaVersion: version }, read) {
      const before = known.get(id);
      const entry = before?.version === version ? before : { version, schema: read() };
      known.delete(id);
      known.set(id, entry);
      for (const oldest of known.keys()) {
        if (known.size <= SOURCES_MAX) break;
        known.delete(oldest);
      }
      if (entry !== before)
        entry.schema.catch(() => {
          if (known.get(id) === entry) known.delete(id);
        });
      return entry.schema;
    },
    drop: (sourceId) => void known.delete(sourceId),
  };
}
