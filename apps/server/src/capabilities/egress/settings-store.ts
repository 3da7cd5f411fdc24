import type { EgressSettings, EgressSettingsChange } from '@strongroom/protocol';
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

const COLUMNS = ['use_model', 'region', 'tokens_per_day', 'tokens_per_person_per_day'] as const;
type Row = Pick<Tables['egress_settings'], (typeof COLUMNS)[number]>;
/** The model answers, wherever it is and as often as it is asked, until an admin says otherwise. */
const UNCHANGED: Row = { use_model: true, region: null, tokens_per_day: null, tokens_per_person_per_day: null };

/** One round trip. */
export async function readSettings(database: Database, workspaceId: string): Promise<EgressSettings> {
  const [row] = await database.readInWorkspace(workspaceId, (tables) =>
    tables.selectFrom('egress_settings').select(COLUMNS),
  );
  return settingsOf(row ?? UNCHANGED);
}

/** What is absent stays, also when somebody else changes it at the same time. */
export async function changeSettings(
  within: Transaction<Tables>,
  workspaceId: string,
  { useModel, region, tokensPerDay, tokensPerPersonPerDay }: EgressSettingsChange,
): Promise<EgressSettings> {
  const changed: Partial<Row> = {
    ...(useModel === undefined ? {} : { use_model: useModel }),
    ...(region === undefined ? {} : { region }),
    ...(tokensPerDay === undefined ? {} : { tokens_per_day: textOf(tokensPerDay) }),
    ...(tokensPerPersonPerDay === undefined ? {} : { tokens_per_person_per_day: textOf(tokensPerPersonPerDay) }),
  };
  const row = await within
    .insertInto('egress_settings')
    .values({ workspace_id: workspaceId, ...UNCHANGED, ...changed })
    .onConflict((conflict) => conflict.column('workspace_id').doUpdateSet(changed))
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return settingsOf(row);
}

function settingsOf({ use_model, region, tokens_per_day, tokens_per_person_per_day }: Row): EgressSettings {
  return {
    useModel: use_model,
    region,
    tokensPerDay: numberOf(tokens_per_day),
    tokensPerPersonPerDay: numberOf(tokens_per_person_per_day),
  };
}

function numberOf(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}

function textOf(number: number | null): string | null {
  return number === null ? null : String(number);
}
