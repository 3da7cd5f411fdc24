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
];
