import { z } from 'zod';
import { askerWordsSchema, attemptSchema, disclosureViewSchema, outcomeSchema, sqlViewSchema } from './answer.ts';

/** One of my earlier questions. Holds what was asked and what ran, never a row of the answer. */
export const questionSchema = z.object({
  id: z.string(),
  /** null where SQL was typed. */
  question: askerWordsSchema.nullable(),
  /** Id of the earlier question that this one went on from; absent or null: none. */
  follows: z.string().nullable().optional(),
  source: z.string().nullable(),
  sql: sqlViewSchema,
  translator: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  askedAt: z.iso.datetime(),
  disclosure: disclosureViewSchema.nullable(),
  attempts: z.array(attemptSchema).optional(),
  receipt: z.string().nullable(),
});
export type Question = z.infer<typeof questionSchema>;

/** Something that I want every translation to heed, e.g. "always show delays in hours"; mine alone, as my questions are. */
export const preferenceSchema = z.object({ id: z.string(), text: askerWordsSchema, addedAt: z.iso.datetime() });
export type Preference = z.infer<typeof preferenceSchema>;

export const preferenceInputSchema = z.object({ text: askerWordsSchema.max(200) });
