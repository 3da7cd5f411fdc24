import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'sources',
    what: 'name, place, owner and warnings of a source; its address with credentials, sealed',
    about: 'source',
    why: 'to query it',
    howLong: 'until the source is removed; then its key is destroyed too',
  },
  {
    table: 'sources_sample',
    what: 'that the sample was put into a workspace once',
    about: 'workspace',
    why: 'a sample that was removed stays removed',
    howLong: 'as long as the workspace',
  },
];
