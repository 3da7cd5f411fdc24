import { z } from 'zod';

/**
 * `begun`: allowed, and written before the act. What came of it follows in a second entry with the same action and
 * request: where none does, the server ended in between and nobody knows. `done`: it has happened; of a permission
 * (`query.released`, `egress.disclosed`): it has been given.
 */
export const auditOutcomeSchema = z.enum(['begun', 'done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof auditOutcomeSchema>;

/** One entry of the audit log as an admin reads it. Counts, names and ids: never a row value, prompt or SQL text. */
export const ledgerEntrySchema = z.object({
  id: z.string(),
  /** Position in the workspace's log, from 1. */
  position: z.int(),
  at: z.iso.datetime(),
  actor: z.object({ kind: z.enum(['person', 'anonymous', 'system']), id: z.string().nullable(), name: z.string() }),
  session: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  action: z.string(),
  resource: z.string().nullable(),
  decision: z.object({ allowed: z.boolean(), reason: z.string() }),
  outcome: auditOutcomeSchema,
  counts: z.record(z.string(), z.number()),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

export const ledgerListInputSchema = z.object({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  action: z.string().max(100).optional(),
  actor: z.string().max(254).optional(),
  resource: z.string().max(300).optional(),
  outcome: auditOutcomeSchema.optional(),
});
export const ledgerPageSchema = z.object({ entries: z.array(ledgerEntrySchema), next: z.int().nullable() });

const fieldsSchema = z.union([z.object({ hash: z.string() }), z.record(z.string(), z.tuple([z.string(), z.string()]))]);

/** What `strongroom verify receipt` reads; docs/formats/audit-log.md. Hashes of the entry in hexadecimal, of the proof in base64. */
export const entryProofSchema = z.object({
  format: z.literal('strongroom-entry-proof/v1'),
  origin: z.string(),
  key: z.string(),
  checkpoint: z.string(),
  proof: z.array(z.string()),
  entry: z.object({
    position: z.int(),
    id: z.string(),
    at: z.string(),
    action: z.string(),
    outcome: auditOutcomeSchema,
    commitment: z.string(),
    sealedHash: z.string(),
    leafHash: z.string(),
    fields: fieldsSchema,
  }),
});

/** How far the log is signed and witnessed. Times are ISO 8601 in UTC. */
export const ledgerStatusSchema = z.object({
  /** Committed, signed or not yet. */
  entries: z.int(),
  /** The newest; null before the first, and for one that we did not sign. */
  checkpoint: z.object({ size: z.int(), at: z.iso.datetime() }).nullable(),
  /** Public key of the log, as `name+id+base64`: note it, and give it to witnesses. */
  key: z.string(),
  /** Why the log has stopped; null while it stands. */
  problem: z.string().nullable(),
  /** Those in the settings. */
  witnesses: z.array(
    z.object({
      name: z.string(),
      key: z.string(),
      /** The newest checkpoint that it signed, and when; null: none. */
      size: z.int().nullable(),
      at: z.iso.datetime().nullable(),
      /** Since when there has been a checkpoint that it has not signed; null while there is none. */
      waitingSince: z.iso.datetime().nullable(),
      /** What kept it from signing, when this server asked last. */
      problem: z.object({ message: z.string(), at: z.iso.datetime() }).nullable(),
    }),
  ),
});
export type LedgerStatus = z.infer<typeof ledgerStatusSchema>;
