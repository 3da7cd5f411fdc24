import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'lifecycle_erasures',
    what: 'which erasures were asked for, by whom, and which keys they destroyed; ids and times only',
    about: 'workspace',
    why: 'to finish what was begun, and to certify it again',
    howLong: 'as long as the workspace',
    fields: {
      id: 'of the erasure',
      kind: 'person, source or question',
      subject_id: 'id that it had; nothing leads from it to a name any more',
      object_ids: 'ids of the keys that were destroyed',
      object_kinds: 'what each was, in a word',
      requested_by: 'id of who asked for it',
      requested_at: 'when',
      request_entry: 'audit entry of that',
      due_at: 'until when it has to be final',
      final_at: 'when it was',
      end_entry: 'audit entry of that',
    },
    exported: 'as a certificate',
    erased: 'stays: it holds no name',
  },
];
