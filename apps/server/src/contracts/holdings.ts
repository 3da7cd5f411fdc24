/**
 * What a capability keeps, about whom, and how it goes away. A test fails when a table of the database has none.
 * Export and erasure by holding come with `lifecycle`.
 */
export type Holding = {
  readonly table: string;
  readonly what: string;
  readonly about: 'person' | 'workspace' | 'source';
  readonly why: string;
  readonly howLong: string;
};
