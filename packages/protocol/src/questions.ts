import { z } from 'zod';
import { disclosureViewSchema, outcomeSchema, sqlViewSchema } from './answer.ts';

/** One of my earlier questions. Holds what was asked and what ran, never a row of the answer. */
export const questionSchema = z.object({
  id: z.string(),
  question: z.string().nullable(),
  source: z.string().nullable(),
  sql: sqlViewSchema,
  translator: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  askedAt: z.iso.datetime(),
  disclosure: disclosureViewSchema.nullable(),
  receipt: z.string().nullable(),
});
export type Question = z.infer<typeof questionSchema>;
