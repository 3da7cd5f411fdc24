/**
 * What a capability keeps, about whom, why, how long, and how it leaves. A test fails when a table or a column of the database has none;
 * "what we store about you" is made of them.
 */
export type Holding = {
  /** A table of the database, a folder below the home, or the server's memory. */
  readonly place: 'table' | 'files' | 'memory';
  /** Of the table or folder; what it is, for memory. */
  readonly name: string;
  readonly what: string;
  readonly about: 'person' | 'workspace' | 'source';
  readonly why: string;
  readonly howLong: string;
  /** Every column, or whatever else it consists of, and what that is; `workspace_id` of a table goes without saying. */
  readonly fields: Readonly<Record<string, string>>;
  /** How whoever it is about gets it. */
  readonly exported: string;
  /** What happens to it when they, or it, are erased. */
  readonly erased: string;
};
