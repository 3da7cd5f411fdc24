import { z } from 'zod';

/** What a value is for display and charts, whatever the engine calls its type. */
export const valueKindSchema = z.enum([
  'boolean',
  'integer',
  'decimal',
  'float',
  'text',
  'date',
  'time',
  'timestamp',
  'interval',
  'json',
  'uuid',
  'bytes',
  'array',
  'other',
]);
export type ValueKind = z.infer<typeof valueKindSchema>;

/** One column of a table as introspection finds it. Names and types only: never a value, default, bound or label. */
export const schemaColumnSchema = z.object({
  name: z.string(),
  /** Canonical PostgreSQL type name as `format_type` prints it, e.g. `numeric(10,2)`; DuckDB types are mapped to it. */
  type: z.string(),
  kind: valueKindSchema,
  nullable: z.boolean(),
  comment: z.string().nullable(),
});
export type SchemaColumn = z.infer<typeof schemaColumnSchema>;

export const foreignKeySchema = z.object({
  columns: z.array(z.string()).min(1),
  references: z.object({ schema: z.string(), table: z.string(), columns: z.array(z.string()).min(1) }),
});
export type ForeignKey = z.infer<typeof foreignKeySchema>;

export const schemaTableSchema = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view', 'materialized view', 'foreign table', 'file']),
  comment: z.string().nullable(),
  columns: z.array(schemaColumnSchema),
  primaryKey: z.array(z.string()),
  uniqueKeys: z.array(z.array(z.string())),
  foreignKeys: z.array(foreignKeySchema),
});
export type SchemaTable = z.infer<typeof schemaTableSchema>;

/** All that is ever stored about a source's contents (promise D1). */
export const sourceSchemaSchema = z.object({ tables: z.array(schemaTableSchema) });
export type SourceSchema = z.infer<typeof sourceSchemaSchema>;

export type Dialect = 'postgres' | 'duckdb' | 'mariadb';
