import { z } from 'zod';
import { entryProofSchema } from './ledger.ts';

/** What was erased, without its name. `keys`: how many were to be destroyed. */
export const erasureSchema = z.object({
  id: z.uuid(),
  kind: z.enum(['person', 'source', 'question', 'workspace']),
  subject: z.uuid(),
  requestedAt: z.string(),
  status: z.enum(['pending', 'final']),
  finalAt: z.string().nullable(),
  keys: z.number().int(),
});
export type Erasure = z.infer<typeof erasureSchema>;

const shownEntrySchema = entryProofSchema.pick({ entry: true, proof: true });

/**
 * The certificate of an erasure as far as it is shown to people; docs/formats/erasure-certificate.md. Whether it holds is for a
 * verifier of its bytes to say: this checks nothing but the shape.
 */
export const erasureCertificateSchema = z.object({
  format: z.literal('strongroom-erasure-certificate/v1'),
  origin: z.string(),
  key: z.string(),
  erasure: z.object({
    id: z.uuid(),
    kind: z.enum(['person', 'source', 'file', 'question', 'object', 'workspace']),
    subject: z.uuid(),
    requestedAt: z.string(),
    status: z.enum(['pending', 'final']),
    finalAt: z.string().nullable(),
  }),
  /** Signed note, maybe with lines of witnesses. */
  checkpoint: z.string(),
  objects: z.array(
    z.object({
      id: z.uuid(),
      what: z.string(),
      commitment: z.string(),
      birth: shownEntrySchema,
      destruction: shownEntrySchema,
    }),
  ),
  request: shownEntrySchema,
  /** These two are null while it is pending. */
  epochs: shownEntrySchema.nullable(),
  end: shownEntrySchema.nullable(),
  copies: z.array(z.object({ place: z.string(), goneAt: z.string().nullable() })),
  note: z.string(),
  signature: z.string(),
});
export type ErasureCertificate = z.infer<typeof erasureCertificateSchema>;

/** Something that is kept about people: where, which fields, why, how long, and how it leaves. */
export const personHoldingSchema = z.object({
  place: z.string(),
  what: z.string(),
  why: z.string(),
  howLong: z.string(),
  fields: z.array(z.object({ name: z.string(), what: z.string() })),
  exported: z.string(),
  erased: z.string(),
});
export type PersonHolding = z.infer<typeof personHoldingSchema>;
