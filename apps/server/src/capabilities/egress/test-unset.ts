import type { Database } from '#platform/database';

/** For tests about something else: a database in which no setting was changed. */
export const nothingSet = { readInWorkspace: async () => [] } as unknown as Database;
