import { ProblemError } from '@strongroom/protocol';

// The closed set. `internal` holds our own words, an SQLSTATE or a system error code (`ECONNREFUSED`); never a source's text.

export const badAddress = (message: string) => new ProblemError('sources/bad_address', 422, message);
/** `version` and `oldest`: numbers alone, e.g. `9.6`. */
export const tooOld = (engine: string, version: string, oldest: string) =>
  new ProblemError(
    'sources/too_old',
    422,
    `the source is ${engine} ${version}; the oldest that can be one is ${oldest}`,
    {
      members: { version, oldest },
    },
  );
export const tooManyTables = (tablesMax: number) =>
  new ProblemError('sources/too_many_tables', 422, `the role may read more than ${tablesMax} tables; give it fewer`, {
    members: { tablesMax },
  });

export const timedOut = (timeoutMs: number) =>
  new ProblemError('run/timeout', 504, `the source did not finish within ${Math.round(timeoutMs / 100) / 10} s`, {
    members: { timeoutMs },
  });
export const cancelled = () => new ProblemError('run/cancelled', 499, 'cancelled');
export const permission = (internal: string) =>
  new ProblemError('run/permission', 403, 'the role of this source may not do that', { internal });
export const type = (internal: string) =>
  new ProblemError(
    'run/type',
    422,
    'a value did not fit: a cast, a division by zero, or a number, date or text out of range',
    { internal },
  );
export const unavailable = (internal: string) =>
  new ProblemError('run/unavailable', 503, 'the source cannot be reached or stopped answering', { internal });
export const resource = (internal: string) =>
  new ProblemError('run/resource', 507, 'the source ran out of memory, disk or connections for this', { internal });
export const busy = () => new ProblemError('run/busy', 503, 'too many queries run on this source already');
export const failed = (internal: string) =>
  new ProblemError('run/failed', 502, 'the source refused the query', { internal });
/** The one answer for what is hidden and what does not exist (promise S8). */
export const denied = (internal: string) =>
  new ProblemError('query/denied', 403, 'no such source, table or column, or none that you may see', { internal });

export const unreadable = (message: string) => new ProblemError('files/unreadable', 422, message);
export const fileTooLarge = (sizeBytesMax: number) =>
  new ProblemError('files/too_large', 413, `a file may have at most ${sizeBytesMax} bytes`, {
    members: { sizeBytesMax },
  });
export const noMemoryFile = () =>
  new ProblemError(
    'files/no_memory_file',
    500,
    'this machine has no place in memory to open a file in: /dev/shm or another tmpfs must be writable',
  );
