import { z } from 'zod';

/** What anybody signed in may know of how the workspace is set up. */
export const settingsSchema = z.looseObject({
  /** null: the built-in translator answers, and nothing leaves the server. */
  model: z
    .looseObject({
      endpoint: z.string(),
      name: z.string().nullable(),
      /** Where it is, as the operator says; null: nobody said. */
      region: z.string().nullable(),
      /** How long its provider keeps what it is sent, in the operator's words; null: nobody said. */
      retention: z.string().nullable(),
    })
    .nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** An operator's or administrator's word for a place, e.g. `eu` or `eu-west-1`. */
export const regionSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a region is lower-case letters, digits and hyphens, e.g. `eu-west-1`');

/** Tokens a day, UTC. */
const tokensSchema = z.int().min(0).max(1e12).nullable();

/**
 * Where questions of the workspace may go, and how much of a model they may use. `region`: only to a model that is said to be there; null:
 * wherever it is. Tokens: null for as many as are asked for.
 */
export const egressSettingsSchema = z.object({
  useModel: z.boolean(),
  region: regionSchema.nullable(),
  tokensPerDay: tokensSchema,
  tokensPerPersonPerDay: tokensSchema,
});
/** What is to be changed; what is absent stays. */
export const egressSettingsChangeSchema = egressSettingsSchema
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'say what is to be changed');
export type EgressSettingsChange = z.infer<typeof egressSettingsChangeSchema>;
export type EgressSettings = z.infer<typeof egressSettingsSchema>;

/** How to sign in; public. `evaluation`: by one-time link, else at the configured issuer. */
export const signInKindSchema = z.looseObject({ evaluation: z.boolean() });

/** The admin's key of the two that a query needs; the other is the person's right on the source. */
export const accessSettingsSchema = z.object({ runSql: z.boolean() });
export type AccessSettings = z.infer<typeof accessSettingsSchema>;

/** Whether a client that is itself a model gets rows; see the server's `mcp`. */
export const mcpSettingsSchema = z.object({ rows: z.boolean() });
export type McpSettings = z.infer<typeof mcpSettingsSchema>;

/** Whether names, numbers, addresses, quoted text and dates of questions stay here, and a model is told `:v1`, `:v2`, … instead. */
export const assistantSettingsSchema = z.object({ holdLiterals: z.boolean() });
export type AssistantSettings = z.infer<typeof assistantSettingsSchema>;
