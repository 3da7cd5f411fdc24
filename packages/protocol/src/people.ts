import { z } from 'zod';

export const roleSchema = z.enum(['admin', 'editor', 'viewer']);
export type Role = z.infer<typeof roleSchema>;

export const emailSchema = z
  .email()
  .max(254)
  .transform((email) => email.toLowerCase());
export const nameSchema = z.string().trim().min(1).max(100);

const ATTRIBUTES_MAX = 50;

/** What an admin says of a person for row filters, e.g. `{ region: 'north' }`; a filter names it `{{user.attributes.region}}`. */
export const attributesSchema = z
  .record(z.string().regex(/^[A-Za-z0-9_-]{1,60}$/), z.string().max(500))
  .refine((attributes) => Object.keys(attributes).length <= ATTRIBUTES_MAX, `at most ${ATTRIBUTES_MAX} attributes`);

export const personSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  teams: z.array(z.string()),
  attributes: attributesSchema,
  /** null until the first sign-in. */
  lastSignInAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type Person = z.infer<typeof personSchema>;

export const teamSchema = z.object({
  id: z.string(),
  name: z.string(),
  members: z.array(z.object({ id: z.string(), email: z.string() })),
});
export type Team = z.infer<typeof teamSchema>;

export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  person: z.string(),
  createdBy: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type Token = z.infer<typeof tokenSchema>;

export const meSchema = z.object({
  person: personSchema,
  workspace: z.object({ id: z.string(), name: z.string() }),
  /** What the signed-in person may do, for the face to show or hide; the server decides again on every call. */
  permissions: z.array(z.string()),
  evaluation: z.boolean(),
  version: z.string(),
});
export type Me = z.infer<typeof meSchema>;

export const inviteInputSchema = z.object({
  email: emailSchema,
  name: nameSchema.optional(),
  role: roleSchema.default('viewer'),
});
/** All of them: what is not given goes. */
export const attributesInputSchema = z.object({ attributes: attributesSchema });
/** `link` only with the evaluation identity provider. */
export const invitedSchema = z.object({
  person: personSchema,
  link: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
});
export const roleInputSchema = z.object({ role: roleSchema });
export const teamInputSchema = z.object({ name: nameSchema });
export const memberInputSchema = z.object({ person: z.string() });
export const tokenInputSchema = z.object({
  person: z.string().optional(),
  name: nameSchema.default('token'),
  scopes: z.array(z.string()).default([]),
  expiresInDays: z.int().min(1).max(365).default(90),
});
/** `secret` is shown once, here, and stored only as a hash. */
export const tokenCreatedSchema = z.object({ token: tokenSchema, secret: z.string() });
