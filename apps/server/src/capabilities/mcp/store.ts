import type { Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    mcp_settings: { workspace_id: string; rows_allowed: boolean };
  }
}

/** Whether MCP clients get rows: no, until an admin says yes. */
export async function selectRowsAllowed(within: Transaction<Tables>): Promise<boolean> {
  const row = await within.selectFrom('mcp_settings').select('rows_allowed').executeTakeFirst();
  return row?.rows_allowed ?? false;
}

export async function updateRowsAllowed(
  within: Transaction<Tables>,
  workspaceId: string,
  allowed: boolean,
): Promise<void> {
  await within
    .insertInto('mcp_settings')
    .values({ workspace_id: workspaceId, rows_allowed: allowed })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet({ rows_allowed: allowed }))
    .execute();
}
