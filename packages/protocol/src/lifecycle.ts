import { z } from 'zod';

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
