import type { AuditOutcome } from '@strongroom/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { Database, Tables, Transaction } from '#platform/database';
import type { SealedEntry } from './ledger-keys.ts';

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

/**
 * One statement that is its own transaction: the entries follow on `after`, the last position that the caller knows of. False,
 * changing nothing, when the log does not stand there any more.
 * INVARIANT: positions have no gap and none is used twice, and the commit is flushed before this resolves: `ledger_append`
 * (`migrations.ts`) sees to both, whoever calls it.
 */
export async function appendAfter(
  database: Database,
  workspaceId: string,
  after: number,
  entries: readonly NewEntry[],
): Promise<boolean> {
  const [row] = await database.atOnce('ledger append', appendCall(workspaceId, after, entries));
  return row?.appended === true;
}

/** Into a transaction, wherever the log stands; resolves with the last position. Nothing else of that transaction may come after. */
export async function insertEntries(
  transaction: Transaction<Tables>,
  workspaceId: string,
  entries: readonly NewEntry[],
): Promise<number> {
  const { rows } = await sql<{ position: string }>`
    insert into ledger_heads as before (workspace_id, position) values (${workspaceId}::uuid, 0)
    on conflict (workspace_id) do update set position = before.position
    returning position
  `.execute(transaction);
  const after = Number(rows[0]?.position);
  const appended = await appendCall(workspaceId, after, entries).execute(transaction);
  if (appended.rows[0]?.appended !== true) throw new Error('the head of the log moved while it was locked');
  return after + entries.length;
}

/** `strongroom.ledger_append` (`migrations.ts`). What shows that a row is ours covers its place too, so the place is known before. */
function appendCall(
  workspaceId: string,
  after: number,
  entries: readonly NewEntry[],
): RawBuilder<{ appended: boolean }> {
  // Bytes travel as two long values, binary: an array of bytes would go as hexadecimal text, twice as long and slow to read.
  const fixed = Buffer.alloc(entries.length * fixedSizeBytes);
  for (const [at, entry] of entries.entries())
    writeFixed(fixed.subarray(at * fixedSizeBytes, (at + 1) * fixedSizeBytes), entry, after + 1 + at);
  const sealed = entries.map((entry) => entry.sealed);
  let end = 1;
  const places = sealed.map(({ length }) => (end += length) - length);
  return sql<{ appended: boolean }>`
    select strongroom.ledger_append(
      ${workspaceId}, ${after}, ${entries.length}, ${fixed}, ${Buffer.concat(sealed)},
      ${arrayText(entries.map(({ at }) => at))},
      ${arrayText(entries.map(({ action }) => action))},
      ${arrayText(entries.map(({ outcome }) => outcome))},
      ${arrayText(places)},
      ${arrayText(sealed.map(({ length }) => length))},
      ${arrayText(entries.map(({ subjects }) => `"{${subjects.join()}}"`))},
      ${arrayText(entries.map(({ terms }) => `"{${terms.map(bytesText).join()}}"`))}
    ) as appended
  `;
}

const fixedSizeBytes = 168;

/** All that has the same size in every entry, in the order in which `ledger_append` takes it apart. */
function writeFixed(fixed: Buffer, entry: NewEntry, position: number): void {
  const { id, wrappedKey, commitment, fieldsHash, leafHash, macAt } = entry;
  let end = fixed.write(id.replaceAll('-', ''), 'hex');
  for (const part of [wrappedKey, commitment, fieldsHash, leafHash, macAt(position)]) {
    fixed.set(part, end);
    end += part.length;
  }
  if (end !== fixedSizeBytes) throw new TypeError('an entry has a part of a wrong size');
}

/**
 * PostgreSQL's text form of an array, as it would be slow to have made by the driver. What goes in here holds nothing that would
 * need quoting (times, actions, outcomes, numbers), or is quoted: arrays of different lengths can't be unnested together, so
 * each of these is a text in an array.
 */
function arrayText(elements: readonly (string | number)[]): string {
  return `{${elements.join()}}`;
}

const remembered = new WeakMap<Uint8Array, string>();

/** Of an array of bytes in an array of texts, so escaped twice. Most entries of a group share their terms. */
function bytesText(bytes: Uint8Array): string {
  const known = remembered.get(bytes);
  if (known !== undefined) return known;
  const text = String.raw`\"\\\\x${Buffer.from(bytes).toString('hex')}\"`;
  remembered.set(bytes, text);
  return text;
}
