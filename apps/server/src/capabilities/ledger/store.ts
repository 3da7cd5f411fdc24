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
  readonly mac: Uint8Array;
};

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

/** Those that are there, in any order. */
export async function selectEntriesById(
  transaction: Transaction<Tables>,
  ids: readonly string[],
): Promise<StoredEntry[]> {
  const rows = await transaction
    .selectFrom('ledger_entries')
    .select(columns)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute();
  return rows.map(storedEntry);
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

export const columns = [
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
  'mac',
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
  mac: Buffer;
};

export function storedEntry(row: Row): StoredEntry {
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
    mac: row.mac,
  };
}

/** Whoever owns the database can put `infinity` there, which comes as a number: it is shown, and is no time. */
function timeText(at: Date): string {
  return at instanceof Date && Number.isFinite(at.getTime()) ? at.toISOString() : String(at);
}
