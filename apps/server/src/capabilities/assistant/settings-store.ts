import type { Database } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    assistant_settings: { workspace_id: string; hold_literals: boolean };
  }
}

/** One round trip. Whether literals of questions are held back from models: no, until an admin says so. */
export async function selectHoldLiterals(database: Database, workspaceId: string): Promise<boolean> {
  const [row] = await database.readInWorkspace(workspaceId, (tables) =>
    tables.selectFrom('assistant_settings').select('hold_literals'),
  );
  return row?.hold_literals ?? false;
}

export function updateHoldLiterals(database: Database, workspaceId: string, holdLiterals: boolean): Promise<void> {
  return database.withWorkspace(workspaceId, async (within) => {
    await within
      .insertInto('assistant_settings')
      .values({ workspace_id: workspaceId, hold_literals: holdLiterals })
      .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet({ hold_literals: holdLiterals }))
      .execute();
  });
}
