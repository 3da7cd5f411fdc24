import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    table: 'files',
    what: 'name, format, size and uploader of a file; its bytes are sealed in the home folder under a key of their own',
    about: 'source',
    why: 'a file is queried like any source',
    howLong: 'until its source is removed; an upload nobody confirms goes after an hour',
  },
];
