import { z } from 'zod';

/** What anybody signed in may know of how the workspace is set up. */
export const settingsSchema = z.looseObject({
  /** null: the built-in translator answers, and nothing leaves the server. */
  model: z.looseObject({ endpoint: z.string(), name: z.string().nullable() }).nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** How to sign in; public. `evaluation`: by one-time link, else at the configured issuer. */
export const signInKindSchema = z.looseObject({ evaluation: z.boolean() });

/** The admin's key of the two that a query needs; the other is the person's right on the source. */
export const accessSettingsSchema = z.object({ runSql: z.boolean() });
export type AccessSettings = z.infer<typeof accessSettingsSchema>;
