import { z } from 'zod';
import { sqlViewSchema } from './answer.ts';

const POLICY_LENGTH_MAX = 256 * 1024;
const SQL_LENGTH_MAX = 100 * 1024;

/** A policy file, as YAML text. */
export const policyTextSchema = z.string().max(POLICY_LENGTH_MAX);
export const policyInputSchema = z.object({ policy: policyTextSchema });
/** `as`: email address of the person whose view it is. */
export const policyCheckInputSchema = z.object({
  policy: policyTextSchema,
  as: z.string().max(254),
  sql: z.string().max(SQL_LENGTH_MAX),
});

export const appliedPolicySchema = z.object({ source: z.string(), tables: z.int() });
export type AppliedPolicy = z.infer<typeof appliedPolicySchema>;
/** null: the source has none, and whoever may query it sees all of it. */
export const shownPolicySchema = z.object({ source: z.string(), policy: policyTextSchema.nullable() });
export type ShownPolicy = z.infer<typeof shownPolicySchema>;

/** What would run for somebody under a policy; nothing has run. */
export const policyCheckSchema = z.object({
  source: z.string(),
  as: z.string(),
  sql: sqlViewSchema,
  /** What was added or changed, for people. */
  rules: z.array(z.string()),
  /** Whether a row filter stands before any table that is read. */
  filtered: z.boolean(),
  columns: z.array(z.string()),
});
export type PolicyCheck = z.infer<typeof policyCheckSchema>;
