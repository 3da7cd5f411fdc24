import type { CheckedSql, Dialect, SchemaTable, SourceSchema } from '@strongroom/protocol';
import type { HeldValue } from './bind-held.ts';
import type { ParameterValue } from './bind.ts';
import type { CheckResult } from './check.ts';
import { problemOf } from './errors.ts';
import { pseudonymKeys } from './mask.ts';
import { createPassedBook } from './passed-book.ts';
import type { Plan } from './plan.ts';
import type { AskerPolicy } from './policy.ts';
import { syntax, tooLarge } from './refusal.ts';
import { startWorkers } from './workers.ts';

const SQL_BYTES_MAX = 100 * 1024;
const TIMEOUT_MS = 2_000;

export type GuardRequest = {
  /** Written by anyone. */
  sql: string;
  dialect: Dialect;
  /** What is not in it does not exist for the statement. The workers keep it, as this very object: not to be changed. */
  schema: SourceSchema;
  /** What of it the asker may see; absent or null: all. */
  policy?: AskerPolicy | null;
  rowsMax: number;
  /** Values of `$1`, `$2`, …. */
  params?: readonly ParameterValue[];
  /** Values of `:v1`, `:v2`, … in a statement whose author was not told them; instead of `params`. Absent or null: there are none. */
  held?: readonly HeldValue[] | null;
  /** Whose check it is, e.g. a person's id: of one key one check at a time, and keys in turn. */
  fairnessKey?: string;
};

export type GuardAnswer = {
  plan: Plan;
  checked: CheckedSql;
  /** What was added or changed, for people, e.g. `at most 10,000 rows`. */
  rules: string[];
  /** Whether a row filter stands before any table that is read. */
  filtered: boolean;
};

export type Guard = {
  /** Throws `ProblemError` with a code of `refusal.ts`. */
  check(request: GuardRequest): Promise<GuardAnswer>;
  /** Whether a row filter could stand before that table. Throws `ProblemError` that says why not. */
  checkFilter(request: { filter: string; table: SchemaTable; dialect: Dialect }): Promise<void>;
  /** Stops the workers; checks that are under way are refused. */
  close(): Promise<void>;
};

/** `timeoutMs`: longest time of one check, not counting its wait for a free worker. */
export function createGuard(options: { workers?: number; timeoutMs?: number; sqlBytesMax?: number } = {}): Guard {
  const sqlBytesMax = options.sqlBytesMax ?? SQL_BYTES_MAX;
  const workers = startWorkers({ count: options.workers ?? 1, timeoutMs: options.timeoutMs ?? TIMEOUT_MS });
  const passed = createPassedBook();
  return {
    close: () => workers.close(),
    async checkFilter({ filter, table, dialect }) {
      checkText(filter, sqlBytesMax);
      const reply = await workers.run({ filter, table, dialect }, null);
      if (reply.kind === 'refused') throw problemOf(reply.refusal);
    },
    async check(request) {
      checkText(request.sql, sqlBytesMax);
      if (!Number.isInteger(request.rowsMax) || request.rowsMax < 1 || request.rowsMax >= 2_147_483_647)
        throw new RangeError('rowsMax must be a positive int4');
      const { sql, dialect, schema, policy = null, rowsMax, params = [], held = null, fairnessKey = null } = request;
      // The key stays here: what a statement could make a parser do must not meet it.
      const shown = policy === null ? null : { tables: policy.tables, attributes: policy.attributes };
      const task = { sql, dialect, policy: shown, rowsMax, params, held };
      const result = await passed.get(schema, fairnessKey, task, async () => {
        const reply = await workers.run({ ...task, schema }, fairnessKey);
        if (reply.kind === 'refused') throw problemOf(reply.refusal);
        if (reply.kind !== 'checked') throw new Error('the worker answered another task');
        return reply.result;
      });
      const { plan, rules, filtered } = result;
      return { plan, rules, filtered, checked: checkedSql(request, result) };
    },
  };
}

/** Before anything reads the text: one that is too large is not even copied to a worker. */
function checkText(text: string, bytesMax: number): void {
  if (text.length > bytesMax || Buffer.byteLength(text) > bytesMax) throw problemOf(tooLarge(bytesMax).data);
  if (text.includes('\0') || !text.isWellFormed()) throw problemOf(syntax(positionOfBrokenText(text)).data);
}

/** INVARIANT: the only place that makes a `CheckedSql`. */
function checkedSql({ dialect, rowsMax, policy }: GuardRequest, { text, keyed }: CheckResult): CheckedSql {
  const values: readonly string[] = keyed ? pseudonymKeys(policy?.pseudonymKey ?? null) : [];
  return Object.freeze({ dialect, text, values, rowsMax }) as CheckedSql;
}

/** Position, in characters from 1, of the first NUL or half character. */
function positionOfBrokenText(sql: string): number {
  let position = 0;
  for (const character of sql) {
    position += 1;
    if (character === '\0' || !character.isWellFormed()) break;
  }
  return position;
}
