import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'sources',
    what: 'name, place, owner and warnings of a source; its address with credentials, sealed',
    about: 'source',
    why: 'to query it',
    howLong: 'until the source is removed; then its key is destroyed too',
    fields: {
      id: 'of the source',
      name: 'of the source',
      kind: 'postgres or file',
      owner_id: 'id of who added it',
      location: 'host and database, or the name and size of a file; never a credential',
      status: 'whether it could be reached',
      warnings: 'what its role may do too much',
      table_count: 'how many tables it has',
      sealed_address: 'address and credentials, under a key of its own',
      file_id: 'id of its file',
      is_sample: 'whether it is the sample',
      created_at: 'when it was added',
      refreshed_at: 'when its schema was read',
      schema_version: 'another whenever it was',
    },
    exported: 'not: it is about nobody',
    erased: 'its keys are destroyed, then the row goes',
  },
  {
    place: 'table',
    name: 'sources_sample',
    what: 'that the sample was put into a workspace once',
    about: 'workspace',
    why: 'a sample that was removed stays removed',
    howLong: 'as long as the workspace',
    fields: {
      offered_at: 'when',
    },
    exported: 'not: it is about nobody',
    erased: 'stays',
  },
];
