import { z } from 'zod';

/** A token that was planted in rows; the token itself is told when it is made, and never again. */
export const canarySchema = z.looseObject({
  name: z.string(),
  plantedAt: z.iso.datetime(),
  /** How often it was found on its way out, and when last. */
  found: z.int(),
  foundAt: z.iso.datetime().nullable(),
});
export type Canary = z.infer<typeof canarySchema>;

export const canariesSchema = z.looseObject({ canaries: z.array(canarySchema) });

export const canaryInputSchema = z.object({
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,62}$/,
      'a name has lower-case letters, digits, - and _, and begins with a letter or digit',
    ),
});

/** 32 hex digits, which fit a text column and a `uuid` column. */
export const plantedCanarySchema = canarySchema.extend({ token: z.string() });
export type PlantedCanary = z.infer<typeof plantedCanarySchema>;
