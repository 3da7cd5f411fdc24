import { sql, type ColumnType } from 'kysely';
import type { Tables, Transaction } from '#platform/database';
import type { StoredCheckpoint } from './tree-store.ts';

declare module '#platform/database' {
  interface Tables {
    ledger_cosignatures: {
      workspace_id: string;
      witness_key: ColumnType<string, string, never>;
      size: ColumnType<string, number, never>;
      line: ColumnType<string, string, never>;
      seen_at: ColumnType<Date, Date, never>;
    };
  }
}

type Within = Transaction<Tables>;

/** As it lies in the database, so not believed until it verifies. `line`: of a signed note; `key`: of the witness, as text. */
export type StoredCosignature = { readonly line: string; readonly key: string };

/** So that whoever fills the table from outside makes nobody read for long. */
const rowsMax = 16;

export async function insertCosignature(
  within: Within,
  workspaceId: string,
  { key, size, line, at }: { key: string; size: number; line: string; at: Date },
): Promise<void> {
  await within
    .insertInto('ledger_cosignatures')
    .values({ workspace_id: workspaceId, witness_key: key, size, line, seen_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function selectCosignatures(within: Within, size: number): Promise<StoredCosignature[]> {
  return within
    .selectFrom('ledger_cosignatures')
    .select(['line', 'witness_key as key'])
    .where(sql<boolean>`size = ${size}::bigint`)
    .orderBy('witness_key')
    .limit(rowsMax)
    .execute();
}

/** The newest checkpoints that the witness is said to have signed, largest first, each with its line. */
export async function selectCosigned(
  within: Within,
  key: string,
): Promise<(StoredCheckpoint & { readonly line: string })[]> {
  const { rows } = await sql<{ size: string; note: string; line: string }>`
    select size, note, line from ledger_cosignatures join ledger_checkpoints using (workspace_id, size)
    where witness_key = ${key} order by size desc limit ${rowsMax}::integer
  `.execute(within);
  return rows.map((row) => ({ ...row, size: Number(row.size) }));
}

/** Of each witness that ever signed one the newest checkpoint up to `size`, smallest first, each once. One jump of the index a witness. */
export async function selectNewestCosigned(within: Within, size: number): Promise<StoredCheckpoint[]> {
  const { rows } = await sql<{ size: string; note: string }>`
    with recursive witnesses (witness_key) as (
      (select witness_key from ledger_cosignatures order by witness_key limit 1)
      union all
      select (select next.witness_key from ledger_cosignatures next
              where next.witness_key > witnesses.witness_key order by next.witness_key limit 1)
      from witnesses where witnesses.witness_key is not null
    )
    select distinct newest.size, newest.note
    from (select witness_key from witnesses where witness_key is not null limit ${rowsMax}::integer) as known,
    lateral (
      select checkpoints.size, checkpoints.note
      from ledger_cosignatures cosigned join ledger_checkpoints checkpoints using (workspace_id, size)
      where cosigned.witness_key = known.witness_key and cosigned.size <= ${size}::bigint
      order by cosigned.size desc limit 1
    ) as newest
    order by newest.size
  `.execute(within);
  return rows.map((row) => ({ size: Number(row.size), note: row.note }));
}

/** How many entries were committed, and the newest checkpoint; null before the first. */
export async function selectExtent(
  within: Within,
  workspaceId: string,
): Promise<{ entries: number; newest: { note: string; signedAt: Date } | null }> {
  const head = await within
    .selectFrom('ledger_heads')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  const newest = await within
    .selectFrom('ledger_checkpoints')
    .select(['note', 'signed_at as signedAt'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { entries: Number(head?.position ?? 0), newest: newest ?? null };
}

/** Since when there has been a checkpoint of more than `size` entries; null while there is none. */
export async function selectFirstAfter(within: Within, size: number): Promise<Date | null> {
  const row = await within
    .selectFrom('ledger_checkpoints')
    .select('signed_at')
    .where(sql<boolean>`size > ${size}::bigint`)
    .orderBy('size')
    .limit(1)
    .executeTakeFirst();
  return row?.signed_at ?? null;
}
