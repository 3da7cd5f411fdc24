import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'files',
    what: 'name, format, size and uploader of a file',
    about: 'source',
    why: 'a file is queried like any source',
    howLong: 'until its source is removed; an upload nobody confirms goes after an hour',
    fields: {
      id: 'of the file',
      name: 'as it was uploaded',
      format: 'csv, tsv, json or parquet',
      size_bytes: 'how long it is',
      header: 'whether its first line holds names',
      state: 'receiving, uploaded or kept',
      uploaded_by: 'id of who uploaded it',
      uploaded_at: 'when',
      expires_at: 'when an upload that nobody confirms goes',
    },
    exported: 'not: it is about nobody',
    erased: 'the row goes with the source',
  },
  {
    place: 'files',
    name: 'files',
    what: 'the bytes of files',
    about: 'source',
    why: 'a file is queried like any source',
    howLong: 'as its row',
    fields: {
      bytes: 'sealed in pages, each file under a key of its own',
    },
    exported: 'not: whoever uploaded it has it',
    erased: 'its key is destroyed, then the bytes go',
  },
];
