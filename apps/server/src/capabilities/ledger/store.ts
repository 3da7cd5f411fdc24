import type { AuditOutcome } from '@strongroom/protocol';
import { sql, type ColumnType } from 'kysely';
import type { Tables, Transaction } from '#platform/database';
import type { SealedEntry } from './ledger-keys.ts';

/** Positions come as text, since they are 64-bit. No column can be updated: the role may not. */
type LedgerEntriesTable = {
  workspace_id: ColumnType<string, string, never>;
  position: ColumnType<string, number, never>;
  id: ColumnType<string, string, never>;
  at: ColumnType<Date, Date, never>;
  action: ColumnType<string, string, never>;
  outcome: ColumnType<AuditOutcome, AuditOutcome, never>;
  sealed: ColumnType<Buffer, Buffer, never>;
  subjects: ColumnType<string[], string[], never>;
  wrapped_key: ColumnType<Buffer, Buffer, never>;
  commitment: ColumnType<Buffer, Buffer, never>;
  terms: ColumnType<Buffer[], Buffer[], never>;
  fields_hash: ColumnType<Buffer, Buffer, never>;
  leaf_hash: ColumnType<Buffer, Buffer, never>;
  mac: ColumnType<Buffer, Buffer, never>;
};

declare module '#platform/database' {
  interface Tables {
    ledger_entries: LedgerEntriesTable;
    ledger_heads: { workspace_id: string; position: ColumnType<string, number, number> };
  }
}

export type StoredEntry = SealedEntry & {
  readonly position: number;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly fieldsHash: Uint8Array;
};

/** Newest first. `action` with a dot is the whole name, without one the noun. `wanted`: terms that must all be there. */
export type EntryQuery = {
  readonly before: number | null;
  readonly action: string | null;
  readonly outcome: AuditOutcome | null;
  readonly wanted: readonly Uint8Array[] | null;
  readonly rowsMax: number;
};

export async function selectEntries(
  transaction: Transaction<Tables>,
  workspaceId: string,
  query: EntryQuery,
): Promise<StoredEntry[]> {
  let rows = transaction.selectFrom('ledger_entries').select(columns).where('workspace_id', '=', workspaceId);
  if (query.wanted === null) {
    if (query.before !== null) rows = rows.where(sql<boolean>`position < ${query.before}::bigint`);
    if (query.outcome !== null) rows = rows.where('outcome', '=', query.outcome);
    const { exact, noun } = actionParts(query.action);
    if (exact !== null) rows = rows.where('action', '=', exact);
    if (noun !== null) rows = rows.where(sql<boolean>`starts_with(action, ${noun}::text || '.')`);
  } else {
    const positions = await findPositions(transaction, query.wanted, query);
    rows = rows.where(sql<boolean>`position = any(${positions}::bigint[])`);
  }
  return (await rows.orderBy('position', 'desc').limit(query.rowsMax).execute()).map(storedEntry);
}

export async function selectEntry(
  transaction: Transaction<Tables>,
  workspaceId: string,
  id: string,
): Promise<StoredEntry | null> {
  const row = await transaction
    .selectFrom('ledger_entries')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : storedEntry(row);
}

/** In order, from `after` on to `until`, both counted as positions; those that are gone are missing. */
export async function selectRange(
  transaction: Transaction<Tables>,
  workspaceId: string,
  { after, until, rowsMax }: { after: number; until: number; rowsMax: number },
): Promise<StoredEntry[]> {
  const rows = await transaction
    .selectFrom('ledger_entries')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`position > ${after}::bigint and position <= ${until}::bigint`)
    .orderBy('position')
    .limit(rowsMax)
    .execute();
  return rows.map(storedEntry);
}

/** How many there are, wherever they stand. */
export async function countEntries(transaction: Transaction<Tables>, workspaceId: string): Promise<number> {
  const row = await transaction
    .selectFrom('ledger_entries')
    .select((select) => select.fn.countAll<string>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function findPositions(
  transaction: Transaction<Tables>,
  wanted: readonly Uint8Array[],
  query: EntryQuery,
): Promise<string[]> {
  const { exact, noun } = actionParts(query.action);
  const { rows } = await sql<{ found: string }>`
    select found from strongroom.ledger_find(${wanted}::bytea[], ${exact}::text, ${noun}::text, ${query.outcome}::text, ${query.before}::bigint, ${query.rowsMax}::integer)
  `.execute(transaction);
  return rows.map((row) => row.found);
}

function actionParts(action: string | null): { exact: string | null; noun: string | null } {
  return action !== null && action.includes('.') ? { exact: action, noun: null } : { exact: null, noun: action };
}

const columns = [
  'position',
  'id',
  'at',
  'action',
  'outcome',
  'sealed',
  'subjects',
  'wrapped_key',
  'commitment',
  'fields_hash',
] as const;

type Row = {
  position: string;
  id: string;
  at: Date;
  action: string;
  outcome: AuditOutcome;
  sealed: Buffer;
  subjects: string[];
  wrapped_key: Buffer;
  commitment: Buffer;
  fields_hash: Buffer;
};

function storedEntry(row: Row): StoredEntry {
  return {
    position: Number(row.position),
    id: row.id,
    at: timeText(row.at),
    action: row.action,
    outcome: row.outcome,
    sealed: row.sealed,
    subjects: row.subjects,
    wrappedKey: row.wrapped_key,
    commitment: row.commitment,
    fieldsHash: row.fields_hash,
  };
}

/** Whoever owns the database can put `infinity` there, which comes as a number: it is shown, and is no time. */
function timeText(at: Date): string {
  return at instanceof Date && Number.isFinite(at.getTime()) ? at.toISOString() : String(at);
}
