import { MASKS, type Mask } from '@strongroom/sql-guard';
import { z } from 'zod';
import { type LineOf, printYaml, readYaml } from '#platform/yaml';
import { badPolicy } from './errors.ts';

const TEXT_LENGTH_MAX = 256 * 1024;
const RULES_PER_TABLE_MAX = 50;

const subjectSchema = z
  .string()
  .max(300)
  .regex(/^(everyone|person:.+|team:.+)$/, 'give `everyone`, `person:EMAIL` or `team:NAME`');
const nameSchema = z.string().min(1).max(200);
/** In YAML `null` is no text. */
const maskSchema = z
  .union([z.null(), z.enum(MASKS)], `give one of ${MASKS.join(', ')}`)
  .transform((mask): Mask => mask ?? 'null');
const ruleSchema = z.strictObject({
  grant: z.array(subjectSchema).min(1),
  columns: z
    .strictObject({
      deny: z.array(nameSchema).default([]),
      mask: z.record(nameSchema, maskSchema).default({}),
    })
    .prefault({}),
  // Written and empty it would be every row, which nobody means who writes it.
  filter: z
    .string('write a condition, or leave the filter out for every row')
    .min(1)
    .optional()
    .transform((filter) => filter ?? null),
});
const fileSchema = z.strictObject({
  source: z.string().min(1).max(100),
  tables: z.record(
    z.string().regex(/^[^.]+\..+$/, 'a table is written `schema.table`'),
    z.union([ruleSchema.transform((rule) => [rule]), z.array(ruleSchema).min(1).max(RULES_PER_TABLE_MAX)]),
  ),
});

/** One grant of a table as it is written: to whom, which columns not or not in clear, which rows. */
export type PolicyRule = z.output<typeof ruleSchema>;
/** `tables`: by `schema.table`; several rules of one table are several grants. */
export type PolicyFile = z.output<typeof fileSchema>;

/** Throws `access/bad_policy` (422) with the line and the reason. */
export function readPolicyFile(text: string): { file: PolicyFile; lineOf: LineOf } {
  return readYaml(text, { schema: fileSchema, textLengthMax: TEXT_LENGTH_MAX, wrong: badPolicy });
}

/** The source that a policy file is for, to name it in the audit log; null when the text is no such file. */
export function sourceNamedIn(text: string): string | null {
  try {
    return readPolicyFile(text).file.source;
  } catch {
    return null;
  }
}

export function printPolicyFile({ source, tables }: PolicyFile): string {
  const written = Object.entries(tables).map(([name, rules]) => {
    const parts = rules.map(writeRule);
    return [name, parts.length === 1 ? parts[0] : parts];
  });
  return printYaml({ source, tables: Object.fromEntries(written) });
}

function writeRule({ grant, columns: { deny, mask }, filter }: PolicyRule): Record<string, unknown> {
  const masks = Object.entries(mask).map(([column, how]) => [column, how === 'null' ? null : how]);
  const columns = {
    ...(deny.length === 0 ? {} : { deny }),
    ...(masks.length === 0 ? {} : { mask: Object.fromEntries(masks) }),
  };
  return {
    grant,
    ...(Object.keys(columns).length === 0 ? {} : { columns }),
    ...(filter === null ? {} : { filter }),
  };
}
