import { z } from 'zod';
import { foreignKeySchema, valueKindSchema } from './schema.ts';

/** `source.schema.table` or `source.schema.table.column`; the id of a catalog entry. */
export const resourceSchema = z.string().min(1).max(300);

/** What a word of the workspace means. */
export const glossaryWordSchema = z.object({ name: z.string(), synonyms: z.array(z.string()), definition: z.string() });
export type GlossaryWord = z.infer<typeof glossaryWordSchema>;

/** How often something was queried of late: 0 not at all, 5 all the time. The same whoever looks, and of nothing else. */
export const popularitySchema = z.int().min(0).max(5);

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
  /** Terms that are linked to it; absent: none. */
  glossary: z.array(glossaryWordSchema).optional(),
  /** Absent: 0. */
  popularity: popularitySchema.optional(),
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
  /** Terms that are linked to the table itself; absent: none. */
  glossary: z.array(glossaryWordSchema).optional(),
  /** Absent: 0. */
  popularity: popularitySchema.optional(),
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
  owner: z.string().nullable(),
  /** Names of the terms that are linked to it. */
  glossary: z.array(z.string()),
  popularity: popularitySchema,
  score: z.number(),
});
export type CatalogHit = z.infer<typeof catalogHitSchema>;

// PostgreSQL keeps no NUL, which a file can hold by an escape of YAML's.
const NO_NUL = /^[^\0]*$/;
const noNul = 'it holds a NUL character';
const tagsSchema = z.array(z.string().trim().min(1).max(50).regex(NO_NUL, noNul)).max(20);
const ownerSchema = z.string().max(254);
const textSchema = z.string().trim().max(2000).regex(NO_NUL, noNul);

/** Only the members present are changed. */
export const annotateInputSchema = z.object({
  description: textSchema.nullable().optional(),
  tags: tagsSchema.optional(),
  owner: ownerSchema.nullable().optional(),
});

const termNameSchema = z.string().trim().min(1).max(100).regex(NO_NUL, noNul);
const synonymsSchema = z.array(termNameSchema).max(20);
const linksMax = 100;

/** A term as somebody sees it who may: of what it is linked to, only what they may see. */
export const termSchema = glossaryWordSchema.extend({ id: z.string(), links: z.array(z.string()) });
export type Term = z.infer<typeof termSchema>;

/** Without links everybody in the workspace sees it; with links, who may see one of what it is linked to. */
export const termInputSchema = z.object({
  name: termNameSchema,
  synonyms: synonymsSchema.default([]),
  definition: textSchema.min(1),
  links: z.array(resourceSchema).max(linksMax).default([]),
});
/** Only the members present are changed; `links`: those that you see, for these. */
export const termChangeSchema = z.object({
  name: termNameSchema.optional(),
  synonyms: synonymsSchema.optional(),
  definition: textSchema.min(1).optional(),
  links: z.array(resourceSchema).max(linksMax).optional(),
});

export const catalogAnswerSchema = z.object({ hits: z.array(catalogHitSchema), terms: z.array(termSchema) });
export type CatalogAnswer = z.infer<typeof catalogAnswerSchema>;

export const CATALOG_FILE_LENGTH_MAX = 512 * 1024;

/** In YAML `null` or nothing clears, and what is not written stays as it is. */
const writtenSchema = z.strictObject({
  description: textSchema.nullable().optional(),
  tags: tagsSchema.nullable().optional(),
  owner: ownerSchema.nullable().optional(),
});
/** What people wrote about one source, as a file that a person can read. `tables`: by `schema.table`. */
export const catalogFileSchema = z.strictObject({
  source: z.string().min(1).max(100),
  tables: z
    .record(
      z.string().regex(/^[^.]+\..+$/, 'a table is written `schema.table`'),
      writtenSchema.extend({ columns: z.record(z.string().min(1).max(200), writtenSchema).optional() }),
    )
    .optional(),
  glossary: z
    .array(
      z.strictObject({
        term: termNameSchema,
        definition: textSchema.min(1),
        synonyms: synonymsSchema.optional(),
        /** `schema.table` or `schema.table.column` of this source. */
        links: z.array(resourceSchema).max(linksMax).optional(),
      }),
    )
    .optional(),
});
export type CatalogFile = z.infer<typeof catalogFileSchema>;

export const shownCatalogFileSchema = z.object({ source: z.string(), file: z.string() });
/** `dryRun`: say what would change, and change nothing. */
export const importInputSchema = z.object({
  file: z.string().max(CATALOG_FILE_LENGTH_MAX),
  dryRun: z.boolean().default(false),
});
/** One member of one thing, in words: a list as `a, b`; null: nothing. */
export const catalogChangeSchema = z.object({
  /** A resource, or the name of a term. */
  on: z.string(),
  member: z.enum(['description', 'tags', 'owner', 'synonyms', 'definition', 'links']),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type CatalogChange = z.infer<typeof catalogChangeSchema>;
export const importedSchema = z.object({
  source: z.string(),
  dryRun: z.boolean(),
  changes: z.array(catalogChangeSchema),
});
export type Imported = z.infer<typeof importedSchema>;
