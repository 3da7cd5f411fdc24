import type { AuditOutcome } from '@strongroom/protocol';
import { sql } from 'kysely';
import type { Tables, Transaction } from '#platform/database';
import { columns, storedEntry, type StoredEntry } from './store.ts';

type Within = Transaction<Tables>;

/** What is wanted of an entry. `action` with a dot is the whole name, without one the noun. `terms` must all be there. */
export type Wanted = {
  readonly action: string | null;
  readonly outcome: AuditOutcome | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly terms: readonly Uint8Array[] | null;
};

/** Between two positions, neither of which belongs to it. */
export type Span = { readonly after: number; readonly before: number };

export const wholeLog: Span = { after: 0, before: Number.MAX_SAFE_INTEGER };

/**
 * Where the entries of a time lie; null when there are none. Positions are in the order of commits and times only nearly
 * so, since clocks differ and are set: the times of all entries in it are looked at, in the index alone.
 */
export async function selectSpan(within: Within, workspaceId: string, { from, to }: Wanted): Promise<Span | null> {
  // `+ 0`: else PostgreSQL looks for the first and the last by walking all positions from either end.
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select min(position + 0) as first, max(position + 0) as last from ledger_entries
    where workspace_id = ${workspaceId}::uuid
      and at >= coalesce(${from}::timestamptz, '-infinity') and at < coalesce(${to}::timestamptz, 'infinity')
  `.execute(within);
  const { first = null, last = null } = rows[0] ?? {};
  return first === null || last === null ? null : { after: Number(first) - 1, before: Number(last) + 1 };
}

export async function findEntries(
  within: Within,
  workspaceId: string,
  wanted: Wanted,
  { after, before, order, rowsMax }: Span & { order: 'oldest first' | 'newest first'; rowsMax: number },
): Promise<StoredEntry[]> {
  const { action, outcome, from, to, terms } = wanted;
  const [exact, noun] = action?.includes('.') === true ? [action, null] : [null, action];
  const oldestFirst = order === 'oldest first';
  const { rows } = await sql<{ found: string }>`
    select found from strongroom.ledger_find(
      ${terms}::bytea[], ${exact}::text, ${noun}::text, ${outcome}::text, ${from}::timestamptz, ${to}::timestamptz,
      ${after}::bigint, ${before}::bigint, ${oldestFirst}::boolean, ${rowsMax}::integer
    )
  `.execute(within);
  const positions = rows.map((row) => row.found);
  const found = await within
    .selectFrom('ledger_entries')
    .select(columns)
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`position = any(${positions}::bigint[])`)
    .orderBy('position', oldestFirst ? 'asc' : 'desc')
    .execute();
  return found.map(storedEntry);
}

/** Position of the newest entry that is committed; 0 before the first. */
export async function selectHead(within: Within, workspaceId: string): Promise<number> {
  const row = await within
    .selectFrom('ledger_heads')
    .select('position')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return Number(row?.position ?? 0);
}
