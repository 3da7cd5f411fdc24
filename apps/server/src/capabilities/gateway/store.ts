import { sql } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    gateway_limits: {
      workspace_id: string;
      subject: 'key' | 'person';
      subject_id: string;
      models: string[] | null;
      requests_per_minute: number | null;
      tokens_per_day: string | null;
      tokens_per_month: string | null;
      keep_days: number | null;
    };
    gateway_usage: {
      workspace_id: string;
      key_id: string;
      person_id: string;
      model: string;
      day: string;
      requests: string;
      failures: string;
      input_tokens: string;
      output_tokens: string;
      duration_ms: string;
    };
  }
}

type Within = Transaction<Tables>;

/** Tokens for a day and for a month, in UTC; null: as many as one likes. */
export type Budgets = { readonly day: number | null; readonly month: number | null };
export type SpentTokens = { readonly day: number; readonly month: number };
export type KeyRow = {
  readonly models: readonly string[] | null;
  readonly requestsPerMinute: number | null;
  readonly keepDays: number | null;
  readonly budgets: { readonly key: Budgets; readonly person: Budgets };
  readonly spent: { readonly key: SpentTokens; readonly person: SpentTokens };
};

type Ids = { readonly keyId: string; readonly personId: string };
type Sums = {
  key_day: string | null;
  key_month: string | null;
  person_day: string | null;
  person_month: string | null;
};

/** What was said of a key and its person, and what they spent this day and month: two reads, for who asks again soon. */
export async function readKey(
  database: Database,
  workspaceId: string,
  { keyId, personId }: Ids,
  now: Date,
): Promise<KeyRow> {
  const today = now.toISOString().slice(0, 10);
  const [limits, [sums]] = await Promise.all([
    database.readInWorkspace(workspaceId, (tables) =>
      tables
        .selectFrom('gateway_limits')
        .select(['subject', 'models', 'requests_per_minute', 'tokens_per_day', 'tokens_per_month', 'keep_days'])
        .where((where) =>
          where.or([
            where.and([where('subject', '=', 'key'), where('subject_id', '=', keyId)]),
            where.and([where('subject', '=', 'person'), where('subject_id', '=', personId)]),
          ]),
        ),
    ),
    database.readInWorkspace<Sums>(workspaceId, (tables) => {
      const tokens = sql<string>`input_tokens + output_tokens`;
      const [isKey, isToday] = [sql<boolean>`key_id = ${keyId}::uuid`, sql<boolean>`day = ${today}::date`];
      const isPerson = sql<boolean>`person_id = ${personId}::uuid`;
      return tables
        .selectFrom('gateway_usage')
        .select([
          sql<string>`sum(${tokens}) filter (where ${isKey} and ${isToday})`.as('key_day'),
          sql<string>`sum(${tokens}) filter (where ${isKey})`.as('key_month'),
          sql<string>`sum(${tokens}) filter (where ${isPerson} and ${isToday})`.as('person_day'),
          sql<string>`sum(${tokens}) filter (where ${isPerson})`.as('person_month'),
        ])
        .where(sql<boolean>`person_id = ${personId}::uuid and day >= ${`${today.slice(0, 7)}-01`}::date`);
    }),
  ]);
  const [key, person] = (['key', 'person'] as const).map((one) => limits.find(({ subject }) => subject === one));
  return {
    models: key?.models ?? null,
    requestsPerMinute: key?.requests_per_minute ?? null,
    keepDays: key?.keep_days ?? null,
    budgets: { key: budgetsOf(key), person: budgetsOf(person) },
    spent: {
      key: { day: Number(sums?.key_day ?? 0), month: Number(sums?.key_month ?? 0) },
      person: { day: Number(sums?.person_day ?? 0), month: Number(sums?.person_month ?? 0) },
    },
  };
}

function budgetsOf(row: { tokens_per_day: string | null; tokens_per_month: string | null } | undefined): Budgets {
  return { day: toNumber(row?.tokens_per_day), month: toNumber(row?.tokens_per_month) };
}

function toNumber(text: string | null | undefined): number | null {
  return text == null ? null : Number(text);
}

export type Limits = {
  readonly models?: readonly string[] | null | undefined;
  readonly requestsPerMinute?: number | null | undefined;
  readonly tokensPerDay?: number | null | undefined;
  readonly tokensPerMonth?: number | null | undefined;
  readonly keepDays?: number | null | undefined;
};

/** What is undefined stays as it is. */
export async function saveLimits(
  within: Within,
  workspaceId: string,
  subject: { readonly kind: 'key' | 'person'; readonly id: string },
  { models, requestsPerMinute, tokensPerDay, tokensPerMonth, keepDays }: Limits,
): Promise<void> {
  const said = {
    ...(models === undefined ? {} : { models: models === null ? null : [...models] }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }),
    ...(tokensPerDay === undefined ? {} : { tokens_per_day: textOf(tokensPerDay) }),
    ...(tokensPerMonth === undefined ? {} : { tokens_per_month: textOf(tokensPerMonth) }),
    ...(keepDays === undefined ? {} : { keep_days: keepDays }),
  };
  const unsaid = {
    models: null,
    requests_per_minute: null,
    tokens_per_day: null,
    tokens_per_month: null,
    keep_days: null,
  };
  await within
    .insertInto('gateway_limits')
    .values({ workspace_id: workspaceId, subject: subject.kind, subject_id: subject.id, ...unsaid, ...said })
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'subject', 'subject_id']).doUpdateSet({ subject: subject.kind, ...said }),
    )
    .execute();
}

function textOf(count: number | null): string | null {
  return count === null ? null : String(count);
}

export async function selectLimits(within: Within) {
  const rows = await within.selectFrom('gateway_limits').selectAll().execute();
  return rows.map((row) => ({
    subject: row.subject,
    id: row.subject_id,
    models: row.models,
    requestsPerMinute: row.requests_per_minute,
    tokensPerDay: toNumber(row.tokens_per_day),
    tokensPerMonth: toNumber(row.tokens_per_month),
    keepDays: row.keep_days,
  }));
}

export async function deleteLimits(within: Within, subject: { kind: 'key' | 'person'; id: string }): Promise<void> {
  await within
    .deleteFrom('gateway_limits')
    .where('subject', '=', subject.kind)
    .where('subject_id', '=', subject.id)
    .execute();
}

export type UsageRow = {
  readonly workspaceId: string;
  readonly keyId: string;
  readonly personId: string;
  readonly model: string;
  /** `2026-03-31`, in UTC. */
  readonly day: string;
  readonly requests: number;
  readonly failures: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly durationMs: number;
};

/** Adds to what is there; of several workspaces each in a transaction of its own. */
export async function addUsage(database: Database, rows: readonly UsageRow[]): Promise<void> {
  for (const [workspaceId, mine] of Map.groupBy(rows, (row) => row.workspaceId)) {
    await database.withWorkspace(workspaceId, (within) =>
      within
        .insertInto('gateway_usage')
        .values(
          mine.map((row) => ({
            workspace_id: workspaceId,
            key_id: row.keyId,
            person_id: row.personId,
            model: row.model,
            day: row.day,
            requests: String(row.requests),
            failures: String(row.failures),
            input_tokens: String(row.inputTokens),
            output_tokens: String(row.outputTokens),
            duration_ms: String(row.durationMs),
          })),
        )
        .onConflict((conflict) =>
          conflict.columns(['workspace_id', 'key_id', 'model', 'day']).doUpdateSet({
            requests: sql`gateway_usage.requests + excluded.requests`,
            failures: sql`gateway_usage.failures + excluded.failures`,
            input_tokens: sql`gateway_usage.input_tokens + excluded.input_tokens`,
            output_tokens: sql`gateway_usage.output_tokens + excluded.output_tokens`,
            duration_ms: sql`gateway_usage.duration_ms + excluded.duration_ms`,
          }),
        )
        .execute(),
    );
  }
}

/** By key, person and model since a day, e.g. `2026-03-01`. */
export async function selectUsage(within: Within, since: string) {
  const rows = await within
    .selectFrom('gateway_usage')
    .select(['key_id', 'person_id', 'model'])
    .select((of) => [
      of.fn.sum<string>('requests').as('requests'),
      of.fn.sum<string>('failures').as('failures'),
      of.fn.sum<string>('input_tokens').as('input_tokens'),
      of.fn.sum<string>('output_tokens').as('output_tokens'),
    ])
    .where(sql<boolean>`day >= ${since}::date`)
    .groupBy(['key_id', 'person_id', 'model'])
    .orderBy('key_id')
    .orderBy('model')
    .execute();
  return rows.map((row) => ({
    key: row.key_id,
    person: row.person_id,
    model: row.model,
    requests: Number(row.requests),
    failures: Number(row.failures),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
  }));
}

/** All days of a person, for them alone. */
export async function selectUsageOf(within: Within, personId: string) {
  return within
    .selectFrom('gateway_usage')
    .select(['key_id as key', 'model', sql<string>`day::text`.as('day'), 'requests', 'failures'])
    .select(['input_tokens as inputTokens', 'output_tokens as outputTokens', 'duration_ms as durationMs'])
    .where('person_id', '=', personId)
    .orderBy('day')
    .execute();
}

export async function deleteUsageOf(within: Within, personId: string): Promise<void> {
  await within.deleteFrom('gateway_usage').where('person_id', '=', personId).execute();
}
