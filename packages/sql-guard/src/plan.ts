/** A table of the source that a statement reads, and which of its columns, whatever for (output, filter, join, order). */
export type PlanRelation = { schema: string; table: string; columns: string[] };

/** What a checked statement does; it follows from the tree alone that the statement was printed from. */
export type Plan = {
  /** Sorted; each table once. */
  relations: PlanRelation[];
  /** Names of the functions called, sorted; all of `pg_catalog`. */
  functions: string[];
  /** Names of the output columns, in order; names may repeat. */
  columns: string[];
};
