import { z } from 'zod';
import { leaseNameSchema } from './leases.ts';
import { problemSchema } from './problem.ts';
import { valueKindSchema } from './schema.ts';

export const outcomeSchema = z.enum(['rows', 'empty', 'filtered', 'denied', 'declined']);
/** `declined`: the translator was not sure, so nothing ran. The other four are promise S8. */
export type Outcome = z.infer<typeof outcomeSchema>;

export const answerColumnSchema = z.object({ name: z.string(), type: z.string(), kind: valueKindSchema });
export type AnswerColumn = z.infer<typeof answerColumnSchema>;

export const disclosurePartKindSchema = z.enum([
  'instruction',
  'schema',
  'description',
  'glossary',
  'popularity',
  'earlier',
  'preference',
  'error',
  'question',
]);
export const disclosurePartSchema = z.object({ kind: disclosurePartKindSchema, text: z.string() });
export type DisclosurePart = z.infer<typeof disclosurePartSchema>;

/**
 * A value of the asker's words that was held back: the translator was told its name and its kind, and the value was put into the SQL here.
 * `value` is canonical: a number without separators, a date as ISO 8601 has it, maybe with a time after a space.
 */
export const heldLiteralSchema = z.object({
  name: z.string().regex(/^:v[1-9][0-9]{0,3}$/),
  kind: z.enum(['number', 'date', 'text']),
  typed: z.string(),
  value: z.string(),
});
export type HeldLiteral = z.infer<typeof heldLiteralSchema>;

/** What the translator was told. `sentBytes` counts what left this process: 0 for the built-in translator. */
export const disclosureViewSchema = z.object({
  parts: z.array(disclosurePartSchema),
  sentBytes: z.int(),
  tables: z.int(),
  columns: z.int(),
  recipient: z.string(),
  /** The exact request body, when something was sent. */
  sent: z.string().nullable(),
  /** What of the asker's words stayed here, by name; absent where nothing is held back. */
  heldBack: z.array(heldLiteralSchema).optional(),
});
export type DisclosureView = z.infer<typeof disclosureViewSchema>;

/** Why a statement was not run, in our own words: `position` is a character of the statement, from 1. */
export const refusedStatementSchema = z.object({ code: z.string(), position: z.int().nullable() });
export type RefusedStatement = z.infer<typeof refusedStatementSchema>;

/** A statement of a model that the guard refused, and the translator was asked to mend; `asked` as it gave it. */
export const attemptSchema = z.object({
  disclosure: disclosureViewSchema,
  asked: z.string(),
  refused: refusedStatementSchema,
});
export type Attempt = z.infer<typeof attemptSchema>;

export const sqlViewSchema = z.object({ asked: z.string().nullable(), run: z.string().nullable() });

/** What the built-in translator made of a question; shown when it declines, and beside an answer. */
export const understandingSchema = z.object({
  understood: z.array(z.string()),
  notUnderstood: z.array(z.string()),
  closest: z.array(z.object({ table: z.string(), column: z.string().nullable() })),
});
export type Understanding = z.infer<typeof understandingSchema>;

export const completionSchema = z.object({
  outcome: outcomeSchema,
  rowCount: z.int(),
  complete: z.boolean(),
  /** Why it is not complete: which limit was met. */
  limit: z.enum(['rows', 'bytes']).nullable(),
  elapsedMs: z.number(),
});
export type Completion = z.infer<typeof completionSchema>;

/** The answer of `POST /api/v1/ask` and `POST /api/v1/sources/{source}/query` as `application/json`. */
export const answerSchema = z.object({
  outcome: outcomeSchema,
  source: z.string().nullable(),
  columns: z.array(answerColumnSchema),
  /** Numbers beyond 2^53, numerics, dates and intervals are strings; NULL is null. */
  rows: z.array(z.array(z.unknown())),
  rowCount: z.int(),
  complete: z.boolean(),
  elapsedMs: z.number(),
  sql: sqlViewSchema,
  translator: z.string().nullable(),
  understanding: understandingSchema.nullable(),
  /** Of the question as it is kept, for a follow-up to name; null or absent where it is not kept. */
  questionId: z.string().nullable().optional(),
  /** Of the last time that the translator was told something. */
  disclosure: disclosureViewSchema.nullable(),
  /** What went before, where the translator was asked to mend its statement. */
  attempts: z.array(attemptSchema).optional(),
  /** Id of the `query.released` entry in the audit log (or of the refusal). */
  receipt: z.string(),
  /** The log's signed word that it will hold that entry at its place; to be kept, and given to `verify ledger --promises`. */
  promise: z.string().optional(),
});
export type Answer = z.infer<typeof answerSchema>;

export const answerStepSchema = z.enum(['disclose', 'translate', 'guard', 'run']);

/** The way of an answer as it happens: the JSON frames of `application/vnd.strongroom.answer`. */
export const answerEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('disclosed'),
    disclosure: disclosureViewSchema,
    /** By which a follow-up names the question; null or absent where it is not kept. */
    questionId: z.string().nullable().optional(),
  }),
  z.object({
    type: z.literal('translated'),
    source: z.string(),
    asked: z.string(),
    translator: z.string(),
    understanding: understandingSchema.nullable(),
  }),
  /** The guard refused the statement: the translator is told so, and what follows is of the next attempt. */
  z.object({ type: z.literal('retried'), asked: z.string(), refused: refusedStatementSchema }),
  z.object({
    type: z.literal('planned'),
    source: z.string(),
    asked: z.string(),
    run: z.string(),
    rules: z.array(z.string()),
    /** Names of what comes out, known before anything runs. */
    columns: z.array(z.string()).optional(),
  }),
  z.object({
    type: z.literal('released'),
    receipt: z.string(),
    promise: z.string().optional(),
    columns: z.array(answerColumnSchema),
    /** What of the source the asker may see, as a text that says nothing else: another as soon as that is another. For renewing a lease. */
    view: z.string(),
  }),
  z.object({ type: z.literal('completed'), ...completionSchema.shape, receipt: z.string() }),
  z.object({
    type: z.literal('stopped'),
    step: answerStepSchema,
    outcome: outcomeSchema.nullable(),
    problem: problemSchema,
    understanding: understandingSchema.nullable(),
    receipt: z.string().nullable(),
  }),
]);
export type AnswerEvent = z.infer<typeof answerEventSchema>;

export const ANSWER_MEDIA_TYPE = 'application/vnd.strongroom.answer';

/**
 * What a person typed in their own words. A brand of its own: of all texts only this may be told to a model as such, and it is made where
 * input is parsed and nowhere else.
 */
export const askerWordsSchema = z.string().trim().min(1).max(2000).brand<'AskerWords'>();
export type AskerWords = z.infer<typeof askerWordsSchema>;

export const askInputSchema = z.object({
  question: askerWordsSchema,
  source: z.string().optional(),
  /** Id of an earlier question of the asker's own that this one goes on from: "and by month?". */
  follows: z.uuid().optional(),
  lease: leaseNameSchema,
});
export const askSqlInputSchema = z.object({
  sql: z.string().min(1),
  source: z.string().max(100),
  lease: leaseNameSchema,
});
export const askAgainInputSchema = z.object({ lease: leaseNameSchema });
export const queryInputSchema = z.object({
  sql: z.string().min(1),
  limit: z.int().min(1).optional(),
  /** Bound to `$1`, `$2`, … as literals of the checked tree. */
  params: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .max(100)
    .optional(),
  lease: leaseNameSchema,
});
