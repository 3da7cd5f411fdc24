import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'source_grants',
    what: 'who may query which source, and who said so',
    about: 'person',
    why: 'to decide each query',
    howLong: 'until revoked, or the source, person or team is removed',
    fields: {
      source_id: 'id of the source',
      subject_kind: 'everyone, person or team',
      subject_id: 'id of whom it is granted to',
      granted_by: 'id of who granted it',
      granted_at: 'when',
    },
    exported: 'with the person: grants to them',
    erased: 'the rows go',
  },
  {
    place: 'table',
    name: 'source_policies',
    what: 'which rows and columns of a source whom are shown to, sealed under a key of its own',
    about: 'workspace',
    why: 'to decide what each query may see',
    howLong: 'until another is applied, it is taken back, or the source is removed',
    fields: {
      source_id: 'id of the source',
      id: 'of this version, and of its key',
      sealed: 'names of tables and columns, filters, and ids of people and teams',
      applied_by: 'id of who applied it',
      applied_at: 'when',
    },
    exported: 'not: it is about nobody',
    erased: 'the key is destroyed with the source, then the row goes',
  },
  {
    place: 'table',
    name: 'access_settings',
    what: 'whether SQL may run at all in the workspace',
    about: 'workspace',
    why: 'one of the two keys that a query needs',
    howLong: 'as long as the workspace',
    fields: { run_sql: 'yes or no' },
    exported: 'not: it is about nobody',
    erased: 'stays',
  },
];
