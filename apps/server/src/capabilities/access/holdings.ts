import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'source_grants',
    what: 'who may query which source, and who said so',
    about: 'person',
    why: 'to decide each query',
    howLong: 'until revoked, or the source, person or team is removed',
  },
];
