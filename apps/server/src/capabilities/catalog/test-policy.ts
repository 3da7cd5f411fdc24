import type { Asker } from '#contracts';
import type { Sources } from '#sources';

/** Sources as they are, but that nobody but `free` sees what `shown` says of the source: by table, which columns are denied. */
export function hideFrom(
  sources: Sources,
  free: Asker,
  shown: Readonly<Record<string, readonly string[]>>,
): Pick<Sources, 'find' | 'queryable' | 'onIntrospected' | 'onRemoved'> {
  const policy = {
    tables: Object.entries(shown).map(([table, denied]) => ({
      schema: 'public',
      table,
      grants: [{ filter: null, denied, masks: {} }],
    })),
    attributes: {},
    pseudonymKey: null,
  };
  return {
    ...sources,
    find: async (asker, name) => {
      const handle = await sources.find(asker, name);
      return asker.personId === free.personId ? handle : { ...handle, policy };
    },
    queryable: async (asker) => {
      const handles = await sources.queryable(asker);
      return asker.personId === free.personId ? handles : handles.map((handle) => ({ ...handle, policy }));
    },
  };
}
