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

export type NewEntry = SealedEntry & {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly terms: readonly Uint8Array[];
  readonly fieldsHash: Uint8Array;
  readonly leafHash: Uint8Array;
  /** Known only when its place is. */
  readonly macAt: (position: number) => Uint8Array;
};

export type StoredEntry = SealedEntry & {
  readonly position: number;
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly fieldsHash: Uint8Array;
  readonly mac: Uint8Array;
};

/**
 * Two statements for a whole group, whatever its size: what shows that a row is ours covers its place too.
 * INVARIANT: the row of `ledger_heads` is locked from here to the commit and counts with it, so positions have no gap
 * and none is used twice, also when entries vanish.
 * INVARIANT: the commit is flushed before it answers, also on a cluster whose operator turned that off.
 */
export async function insertEntries(
  transaction: Transaction<Tables>,
  workspaceId: string,
  entries: readonly NewEntry[],
): Promise<void> {
  const column = <T>(pick: (entry: NewEntry) => T): T[] => entries.map(pick);
  const { rows } = await sql<{ position: string }>`
    insert into ledger_heads as before (workspace_id, position) values (${workspaceId}::uuid, ${entries.length}::bigint)
    on conflict (workspace_id) do update set position = before.position + excluded.position
    returning position,
      case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end as flushed
  `.execute(transaction);
  const first = Number(rows[0]?.position) - entries.length + 1;
  // Bytes travel as two long values, binary: an array of bytes would go as hexadecimal text, twice as long and slow to read.
  const fixed = Buffer.concat(entries.flatMap((entry, at) => fixedBytes(entry, first + at)));
  if (fixed.length !== entries.length * fixedSizeBytes) throw new TypeError('an entry has a part of a wrong size');
  const sealed = Buffer.concat(column((entry) => entry.sealed));
  let end = 1;
  const sealedAt = column((entry) => (end += entry.sealed.length) - entry.sealed.length);
  await sql`
    insert into ledger_entries (workspace_id, position, id, at, action, outcome, sealed, subjects, wrapped_key, commitment, terms, fields_hash, leaf_hash, mac)
    select ${workspaceId}::uuid, ${first}::bigint - 1 + entry.ordinal,
      encode(substring(bytes.fixed from fixed_at for 16), 'hex')::uuid, entry.at, entry.action, entry.outcome,
      substring(bytes.sealed from entry.sealed_at for entry.sealed_size), entry.subjects::uuid[],
      substring(bytes.fixed from fixed_at + 16 for 40),
      substring(bytes.fixed from fixed_at + 56 for 32), entry.terms::bytea[],
      substring(bytes.fixed from fixed_at + 88 for 32),
      substring(bytes.fixed from fixed_at + 120 for 32),
      substring(bytes.fixed from fixed_at + 152 for 16)
    from unnest(
      ${column((entry) => entry.at)}::timestamptz[],
      ${column((entry) => entry.action)}::text[],
      ${column((entry) => entry.outcome)}::text[],
      ${sealedAt}::integer[],
      ${column((entry) => entry.sealed.length)}::integer[],
      ${column((entry) => `{${entry.subjects.join()}}`)}::text[],
      ${column((entry) => arrayText(entry.terms))}::text[]
    ) with ordinality as entry (at, action, outcome, sealed_at, sealed_size, subjects, terms, ordinal),
    (select ${fixed}::bytea as fixed, ${sealed}::bytea as sealed) as bytes,
    lateral (select (entry.ordinal::integer - 1) * ${fixedSizeBytes}::integer + 1 as fixed_at) as place
  `.execute(transaction);
}

const fixedSizeBytes = 168;

/** All that has the same size in every entry, in the order that `insertEntries` takes it apart. */
function fixedBytes(entry: NewEntry, position: number): Uint8Array[] {
  const { id, wrappedKey, commitment, fieldsHash, leafHash, macAt } = entry;
  return [Buffer.from(id.replaceAll('-', ''), 'hex'), wrappedKey, commitment, fieldsHash, leafHash, macAt(position)];
}

/** Arrays of different lengths can't be unnested together, so each travels as PostgreSQL's text form of an array of bytes. */
function arrayText(terms: readonly Uint8Array[]): string {
  return `{${terms.map((term) => `"\\\\x${Buffer.from(term).toString('hex')}"`).join(',')}}`;
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
