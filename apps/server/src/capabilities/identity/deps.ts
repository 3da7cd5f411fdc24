import type { AuditWriter, Sealer } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import type { EndedAccess } from '#platform/http';
import type { Log } from '#platform/log';
import type { Config, Secret } from '#config';

export type IdentityNeeds = {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<Config, 'home' | 'issuer' | 'adminEmail' | 'tls'>;
  readonly oidcClientSecret: Secret | null;
  /** What people open; known once the server listens. */
  readonly origin: () => string;
};

export type IdentityDeps = IdentityNeeds & {
  readonly workspaceId: string;
  readonly sessionEnded: (ended: EndedAccess) => void;
  /** Somebody or a team is gone; what was shared with them is to be forgotten. */
  readonly subjectRemoved: (subject: RemovedSubject) => Promise<void>;
};

export type RemovedSubject = { readonly kind: 'person' | 'team'; readonly id: string };

/** The person everybody starts with when there is no identity provider of their own. */
export const LOCAL_ADMIN_EMAIL = 'admin@localhost';
