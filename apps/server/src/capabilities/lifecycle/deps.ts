import type { CertificateParts } from '@strongroom/merkle-log';
import type { AuditContext, AuditEvent, AuditReceipt, AuditWriter, DataHolder, Holding } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database, Tables, Transaction } from '#platform/database';

/** What is needed of the audit log: entries that are committed together with what they record, and certificates over them. */
type ErasureAudit = AuditWriter & {
  prepare(
    context: AuditContext,
    events: readonly AuditEvent[],
  ): Promise<{
    readonly receipts: readonly AuditReceipt[];
    write(within: Transaction<Tables>): Promise<void>;
    committed(): void;
  }>;
  certifyErasure(
    workspaceId: string,
    record: Pick<CertificateParts, 'erasure' | 'copies'> & {
      readonly objects: readonly {
        readonly id: string;
        readonly what: string;
        readonly commitment: string;
        readonly birthEntry: string;
        readonly destructionEntry: string;
      }[];
      readonly requestEntry: string;
      readonly epochsEntry: string | null;
      readonly endEntry: string | null;
    },
  ): Promise<string>;
};

/** A key that was destroyed, and the audit entries that say so. `finalAt`: when the last copy of it went dark. */
export type DestroyedKey = {
  readonly objectId: string;
  readonly commitment: Uint8Array;
  readonly birthEntry: string | null;
  readonly destructionEntry: string;
  readonly destroyedAt: Date;
  readonly finalAt: Date | null;
  readonly finalEntry: string | null;
};

type ErasureKeys = {
  destroy(workspaceId: string, objectIds: readonly string[], by: AuditContext): Promise<void>;
  endEpochs(
    workspaceId: string,
    options: { readonly waitedMs?: number; readonly by?: AuditContext },
  ): Promise<{ readonly final: number }>;
  destroyWorkspace(workspaceId: string, by: AuditContext): Promise<void>;
  destructions(workspaceId: string, objectIds: readonly string[]): Promise<readonly DestroyedKey[]>;
  showStatus(workspaceId: string): Promise<{ readonly holder: string }>;
};

export type LifecycleDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly workspaceName: string;
  readonly log: { warn(details: object, message: string): void };
  readonly audit: ErasureAudit;
  readonly keys: ErasureKeys;
  /** Of every capability that keeps something, highest first. */
  readonly holders: readonly DataHolder[];
  readonly holdings: readonly Holding[];
};
