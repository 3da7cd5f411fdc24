import { z } from 'zod';

const tokensSchema = z.int().min(0).max(1e15).nullable();
const modelNameSchema = z.string().trim().min(1).max(200);

/** What is left out stays as it is; null: back to the default, which for tokens is as many as one likes. */
export const gatewayLimitsInputSchema = z.object({
  models: z.array(modelNameSchema).max(200).nullable().optional(),
  requestsPerMinute: z.int().min(0).max(100_000_000).nullable().optional(),
  tokensPerDay: tokensSchema.optional(),
  tokensPerMonth: tokensSchema.optional(),
});
export type GatewayLimitsInput = z.infer<typeof gatewayLimitsInputSchema>;
export const gatewayPersonLimitsInputSchema = gatewayLimitsInputSchema.pick({
  tokensPerDay: true,
  tokensPerMonth: true,
});

/** null: nothing is kept. */
export const retentionInputSchema = z.object({ days: z.int().min(1).max(365).nullable() });

export const gatewayViewSchema = z.object({
  /** Host that calls go to; null when none is configured. */
  upstream: z.string().nullable(),
  /** What a key may use for which nobody named others. */
  model: z.string().nullable(),
  limits: z.array(
    z.object({
      subject: z.enum(['key', 'person']),
      id: z.string(),
      models: z.array(z.string()).nullable(),
      requestsPerMinute: z.int().nullable(),
      tokensPerDay: z.int().nullable(),
      tokensPerMonth: z.int().nullable(),
      keepDays: z.int().nullable(),
    }),
  ),
  /** Of this month, in UTC. */
  usage: z.array(
    z.object({
      key: z.string(),
      person: z.string(),
      model: z.string(),
      requests: z.int(),
      failures: z.int(),
      inputTokens: z.int(),
      outputTokens: z.int(),
    }),
  ),
});
export type GatewayView = z.infer<typeof gatewayViewSchema>;

/** A call of a key whose holder turned keeping on; `whole`: false when it was too long to keep all of it. */
export const keptCallSchema = z.object({
  id: z.string(),
  key: z.string(),
  at: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  path: z.string(),
  model: z.string(),
  request: z.string(),
  reply: z.string(),
  whole: z.boolean(),
});
export type KeptCall = z.infer<typeof keptCallSchema>;
