import type { Sources } from '#sources';
import type { Directory } from '#access';
import type { Database } from '#platform/database';
import type { Clock } from '#platform/clock';

export type CatalogDeps = {
  readonly database: Database;
  readonly sources: Pick<Sources, 'find' | 'queryable' | 'onIntrospected' | 'onRemoved'>;
  readonly directory: Pick<Directory, 'personByEmail' | 'namesOf'>;
  readonly clock: Clock;
  /** Counts of queries could not be written, and are given up. */
  readonly onUncounted?: (error: unknown) => void;
};
