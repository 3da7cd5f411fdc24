import type { Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    access_settings: { workspace_id: string; run_sql: boolean };
  }
}

/** Whether SQL may run in the workspace at all: yes, until an admin says no. */
export async function selectRunSql(within: Transaction<Tables>): Promise<boolean> {
  const row = await within.selectFrom('access_settings').select('run_sql').executeTakeFirst();
  return row?.run_sql ?? true;
}

export async function updateRunSql(within: Transaction<Tables>, workspaceId: string, runSql: boolean): Promise<void> {
  await within
    .insertInto('access_settings')
    .values({ workspace_id: workspaceId, run_sql: runSql })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet({ run_sql: runSql }))
    .execute();
}
