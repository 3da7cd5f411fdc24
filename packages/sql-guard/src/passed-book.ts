import type { SourceSchema } from '@strongroom/protocol';
import type { ParameterValue } from './bind.ts';
import type { CheckResult, CheckTask } from './check.ts';

/** Of one schema. */
const PASSED_MAX = 200;
/** Characters of a statement with all that it was checked under; one that is longer is checked each time. */
const TASK_LENGTH_MAX = 16_384;
/** Nothing that somebody wrote stays for longer than a page is looked at. */
const PASSED_MS = 60_000;

type Passed = { readonly result: CheckResult; readonly timer: NodeJS.Timeout };

/**
 * Statements that have passed, for the same person who runs the same again, as a page that is looked at does. INVARIANT: a check is
 * a function of its task and of the schema, the very object, and both are compared whole; nobody learns from the time it takes what
 * somebody else has run.
 */
export function createPassedBook(): {
  get(
    schema: SourceSchema,
    key: string | null,
    task: CheckTask,
    check: () => Promise<CheckResult>,
  ): Promise<CheckResult>;
} {
  const books = new WeakMap<SourceSchema, Map<string, Passed>>();
  return {
    async get(schema, key, task, check) {
      const name = key === null || !task.params.every(isWholeInJson) ? '' : JSON.stringify([key, task]);
      if (name === '' || name.length > TASK_LENGTH_MAX) return check();
      const book = books.get(schema) ?? new Map<string, Passed>();
      books.set(schema, book);
      const before = book.get(name);
      if (before !== undefined) return before.result;
      const result = await check();
      const [oldest] = book.size < PASSED_MAX ? [] : book.keys();
      for (const gone of [name, oldest]) {
        if (gone === undefined) continue;
        clearTimeout(book.get(gone)?.timer);
        book.delete(gone);
      }
      book.set(name, { result, timer: setTimeout(() => book.delete(name), PASSED_MS).unref() });
      return result;
    },
  };
}

/** NaN, the infinities and -0 are not what they were in JSON. */
function isWholeInJson(value: ParameterValue): boolean {
  return typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0));
}
