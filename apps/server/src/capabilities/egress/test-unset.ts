import type { Database } from '#platform/database';

/** For tests about something else: a database in which no setting was changed and nothing was used. */
export const nothingSet = { readInWorkspace: async () => [], withWorkspace: async () => true } as unknown as Database;
