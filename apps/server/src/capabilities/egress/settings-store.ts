import type { EgressSettings } from '@strongroom/protocol';
import type { Database, Tables, Transaction } from '#platform/database';

declare module '#platform/database' {
  interface Tables {
    egress_settings: {
      workspace_id: string;
      use_model: boolean;
      region: string | null;
      tokens_per_day: string | null;
      tokens_per_person_per_day: string | null;
    };
  }
}

/** One round trip. The model answers, wherever it is, until an admin says otherwise. */
export async function readSettings(database: Database, workspaceId: string): Promise<EgressSettings> {
  const [row] = await database.readInWorkspace(workspaceId, (tables) =>
    tables.selectFrom('egress_settings').select(['use_model', 'region', 'tokens_per_day', 'tokens_per_person_per_day']),
  );
  return {
    useModel: row?.use_model ?? true,
    region: row?.region ?? null,
    tokensPerDay: numberOf(row?.tokens_per_day),
    tokensPerPersonPerDay: numberOf(row?.tokens_per_person_per_day),
  };
}

export async function updateSettings(
  within: Transaction<Tables>,
  workspaceId: string,
  { useModel, region, tokensPerDay, tokensPerPersonPerDay }: EgressSettings,
): Promise<void> {
  const values = {
    use_model: useModel,
    region,
    tokens_per_day: tokensPerDay === null ? null : String(tokensPerDay),
    tokens_per_person_per_day: tokensPerPersonPerDay === null ? null : String(tokensPerPersonPerDay),
  };
  await within
    .insertInto('egress_settings')
    .values({ workspace_id: workspaceId, ...values })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(values))
    .execute();
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}
