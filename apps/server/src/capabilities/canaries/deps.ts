import type { AuditWriter, Sealer } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';

export type CanariesDeps = {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  /** Whoever watches the server is told at once, beside the audit log. */
  readonly log: { error(details: object, message: string): void };
};
