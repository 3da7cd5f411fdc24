import type { CheckedSql, Dialect, SourceSchema } from '@strongroom/protocol';
import type { ParameterValue } from './bind.ts';
import type { CheckResult } from './check.ts';
import { problemOf } from './errors.ts';
import type { Plan } from './plan.ts';
import { syntax, tooLarge } from './refusal.ts';
import { numberTypeOf } from './tables.ts';
import { startWorkers } from './workers.ts';

const SQL_BYTES_MAX = 100 * 1024;
const TIMEOUT_MS = 2_000;

export type GuardRequest = {
  /** Written by anyone. */
  sql: string;
  dialect: Dialect;
  /** Only what the asker may see: what is not in it does not exist for the statement. */
  schema: SourceSchema;
  rowsMax: number;
  /** Values of `$1`, `$2`, …. */
  params?: readonly ParameterValue[];
  /** Whose check it is, e.g. a person's id: of one key one check at a time, and keys in turn. */
  fairnessKey?: string;
};

export type GuardAnswer = {
  plan: Plan;
  checked: CheckedSql;
  /** What was added or changed, for people, e.g. `at most 10,000 rows`. */
  rules: string[];
};

export type Guard = {
  /** Throws `ProblemError` with a code of `refusal.ts`. */
  check(request: GuardRequest): Promise<GuardAnswer>;
  /** Stops the workers; checks that are under way are refused. */
  close(): Promise<void>;
};

/** `timeoutMs`: longest time of one check, not counting its wait for a free worker. */
export function createGuard(options: { workers?: number; timeoutMs?: number; sqlBytesMax?: number } = {}): Guard {
  const sqlBytesMax = options.sqlBytesMax ?? SQL_BYTES_MAX;
  const workers = startWorkers({ count: options.workers ?? 1, timeoutMs: options.timeoutMs ?? TIMEOUT_MS });
  return {
    close: () => workers.close(),
    async check(request) {
      // Before anything reads the text: one that is too large is not even copied to a worker.
      if (request.sql.length > sqlBytesMax || Buffer.byteLength(request.sql) > sqlBytesMax)
        throw problemOf(tooLarge(sqlBytesMax).data);
      if (request.sql.includes('\0') || !request.sql.isWellFormed())
        throw problemOf(syntax(positionOfBrokenText(request.sql)).data);
      if (!Number.isInteger(request.rowsMax) || request.rowsMax < 1 || request.rowsMax >= 2_147_483_647)
        throw new RangeError('rowsMax must be a positive int4');
      const tables = request.schema.tables.map(({ schema, name, columns }) => ({
        schema,
        name,
        columns: columns.map((column) => ({ name: column.name, number: numberTypeOf(column.type) })),
      }));
      const { sql, dialect, rowsMax, params = [], fairnessKey = null } = request;
      const result = await workers.run({ sql, dialect, tables, rowsMax, params }, fairnessKey);
      if (result.kind === 'refused') throw problemOf(result.refusal);
      return { plan: result.result.plan, rules: result.result.rules, checked: checkedSql(request, result.result) };
    },
  };
}

/** INVARIANT: the only place that makes a `CheckedSql`. */
function checkedSql(request: GuardRequest, result: CheckResult): CheckedSql {
  return Object.freeze({ dialect: request.dialect, text: result.text, rowsMax: request.rowsMax }) as CheckedSql;
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
