import { z } from 'zod';

export const sourceNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a name is lower case letters, digits and hyphens, and starts with a letter');
export const sourceKindSchema = z.enum(['postgres', 'mariadb', 'file']);
export const subjectSchema = z
  .string()
  .regex(/^(everyone|person:.{1,254}|team:.{1,100})$/, 'everyone, person:EMAIL or team:NAME');

export const sourceSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: sourceKindSchema,
  owner: z.string(),
  /** Where it is, without credentials, e.g. `db.example.com:5432/sales` or `flights-3m.parquet, 13.5 MB`. */
  location: z.string(),
  status: z.enum(['ready', 'unavailable']),
  tables: z.int(),
  /** Rights of our role that it should not have, by name, e.g. `can write: public.orders`, `superuser`; TLS off shows here too. */
  warnings: z.array(z.string()),
  /** Who may query it; only for admins and its owner. */
  grants: z.array(subjectSchema),
  mayQuery: z.boolean(),
  mayManage: z.boolean(),
  createdAt: z.iso.datetime(),
  refreshedAt: z.iso.datetime().nullable(),
});
export type Source = z.infer<typeof sourceSchema>;

export const addDatabaseInputSchema = z.object({ name: sourceNameSchema, url: z.string().min(1).max(4096) });
export const shareInputSchema = z.object({ with: subjectSchema });

/**
 * What the server read of an uploaded file before it becomes a source: the person confirms the headers,
 * because without a header line the first row (values) would become names.
 */
export const filePreviewSchema = z.object({
  upload: z.string(),
  format: z.enum(['csv', 'tsv', 'json', 'parquet']),
  sizeBytes: z.int(),
  table: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  /** csv and tsv only: whether the first line looks like headers. */
  headerGuess: z.boolean().nullable(),
});
export type FilePreview = z.infer<typeof filePreviewSchema>;
export const confirmFileInputSchema = z.object({
  name: sourceNameSchema,
  upload: z.uuid(),
  header: z.boolean().optional(),
});
