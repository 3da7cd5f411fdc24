import type { Holding } from '#contracts';

const howLong = 'until the source is removed';

export const holdings: Holding[] = [
  {
    table: 'catalog_tables',
    what: 'names, keys and comments of the tables of a source',
    about: 'source',
    why: 'to plan queries and to find tables',
    howLong,
  },
  {
    table: 'catalog_columns',
    what: 'names, types and comments of columns',
    about: 'source',
    why: 'to plan queries and to find columns',
    howLong,
  },
  {
    table: 'catalog_annotations',
    what: 'descriptions and tags that people wrote, and owners, by id',
    about: 'source',
    why: 'so that people and translators understand the data',
    howLong,
  },
  {
    table: 'catalog_entries',
    what: 'the words of the three tables above, for search',
    about: 'source',
    why: 'ranked search',
    howLong,
  },
];
