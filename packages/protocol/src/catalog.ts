import { z } from 'zod';
import { foreignKeySchema, valueKindSchema } from './schema.ts';

/** `source.schema.table` or `source.schema.table.column`; the id of a catalog entry. */
export const resourceSchema = z.string().min(1).max(300);

export const catalogColumnSchema = z.object({
  name: z.string(),
  type: z.string(),
  kind: valueKindSchema,
  nullable: z.boolean(),
  comment: z.string().nullable(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  owner: z.string().nullable(),
  isKey: z.boolean(),
});
export type CatalogColumn = z.infer<typeof catalogColumnSchema>;

export const catalogTableSchema = z.object({
  resource: z.string(),
  source: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.string(),
  comment: z.string().nullable(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  owner: z.string().nullable(),
  columns: z.array(catalogColumnSchema),
  primaryKey: z.array(z.string()),
  foreignKeys: z.array(foreignKeySchema),
});
export type CatalogTable = z.infer<typeof catalogTableSchema>;

export const catalogHitSchema = z.object({
  resource: z.string(),
  source: z.string(),
  table: z.string(),
  column: z.string().nullable(),
  type: z.string().nullable(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  score: z.number(),
});
export type CatalogHit = z.infer<typeof catalogHitSchema>;

/** Only the members present are changed. */
export const annotateInputSchema = z.object({
  description: z.string().trim().max(2000).nullable().optional(),
  tags: z.array(z.string().trim().min(1).max(50)).max(20).optional(),
  owner: z.string().max(254).nullable().optional(),
});
