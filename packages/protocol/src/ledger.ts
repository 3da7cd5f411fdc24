import { z } from 'zod';

/**
 * `begun`: allowed, and written before the act. What came of it follows in a second entry with the same action and
 * request: where none does, the server ended in between and nobody knows. `done`: it has happened; of a permission
 * (`query.released`, `egress.disclosed`): it has been given.
 */
export const auditOutcomeSchema = z.enum(['begun', 'done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof auditOutcomeSchema>;

const place = {
  id: z.string(),
  /** Position in the workspace's log, from 1. */
  position: z.int(),
};
const openEntrySchema = z.object({
  ...place,
  state: z.literal('open'),
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
const closed = {
  actor: z.null(),
  session: z.null(),
  address: z.null(),
  requestId: z.null(),
  resource: z.null(),
  decision: z.null(),
  counts: z.null(),
};

/**
 * One entry of the audit log as an admin reads it. Counts, names and ids: never a row value, prompt or SQL text.
 * `redacted`: its key is gone; time, action and outcome are those that were written. `altered`: somebody changed it in
 * the database, and time, action and outcome are what stands there now.
 */
export const ledgerEntrySchema = z.discriminatedUnion('state', [
  openEntrySchema,
  z.object({
    ...place,
    state: z.literal('redacted'),
    at: z.iso.datetime(),
    action: z.string(),
    outcome: auditOutcomeSchema,
    ...closed,
  }),
  z.object({
    ...place,
    state: z.literal('altered'),
    /** Any text: what stands there need not be a time. */
    at: z.string(),
    action: z.string(),
    /** null: what stands there is none. */
    outcome: auditOutcomeSchema.nullable(),
    ...closed,
  }),
]);
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
export type OpenLedgerEntry = Extract<LedgerEntry, { state: 'open' }>;

/** A whole action (`sources.added`) or the noun of several (`sources`). */
export const actionPattern = /^[a-z][a-z-]*(\.[a-z_]+)?$/;
const text = z.string().min(1).max(1000);
const instant = z.iso
  .datetime({ offset: true, error: 'must be an instant like `2026-03-01T08:00:00Z`' })
  .transform((written) => new Date(written));

const wanted = {
  action: z
    .string()
    .max(100)
    .regex(actionPattern, 'must be an action like `query.released`, or its noun, `query`')
    .optional(),
  /** Name, email address or id; of a token also who made it. */
  actor: text.optional(),
  /** Id of the session or the token. */
  session: text.optional(),
  address: text.optional(),
  requestId: text.optional(),
  /** This one and all below it. */
  resource: text.optional(),
  /** What the decision was. */
  allowed: z
    .enum(['true', 'false'])
    .transform((written) => written === 'true')
    .optional(),
  /** The whole reason of the decision. */
  reason: text.optional(),
  outcome: auditOutcomeSchema.optional(),
};
/** From `from` on and before `to`. */
const times = { from: instant.optional(), to: instant.optional() };
const inOrder = ({ from, to }: { from?: Date | undefined; to?: Date | undefined }): boolean =>
  from === undefined || to === undefined || from < to;
const outOfOrder = { path: ['to'], error: 'must be later than `from`' };

/** All of what is given must hold. Strict: a name that was misspelt would otherwise find everything. */
export const ledgerFilterSchema = z.strictObject({ ...times, ...wanted }).refine(inOrder, outOfOrder);
export const ledgerListInputSchema = z
  .strictObject({
    before: z.coerce.number().int().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
    ...times,
    ...wanted,
  })
  .refine(inOrder, outOfOrder);
export const ledgerPageSchema = z.object({ entries: z.array(ledgerEntrySchema), next: z.int().nullable() });

/** A position as it is written in an address or a header. */
export const ledgerPositionSchema = z
  .string()
  .regex(/^[0-9]{1,15}$/, 'must be a position of the log, or 0')
  .transform(Number);
/** `after`: where to go on; from now on where it is missing. */
export const ledgerTailInputSchema = z.strictObject({ after: ledgerPositionSchema.optional(), ...wanted });

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

/** What `strongroom verify receipt` reads too; docs/formats/egress-receipt.md. Bytes in base64. */
export const egressReceiptSchema = z.object({
  format: z.literal('strongroom-egress-receipt/v1'),
  exchanges: z.array(
    z.object({
      salt: z.string(),
      sent: z.string(),
      disclosed: entryProofSchema,
      answer: z.object({ received: z.string(), answered: entryProofSchema }).nullable(),
    }),
  ),
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
