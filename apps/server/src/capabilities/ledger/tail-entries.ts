import { encodeStreamEvent, type LedgerEntry } from '@strongroom/protocol';
import { type Asker, auditContext, type AuditWriter } from '#contracts';
import type { Database } from '#platform/database';
import { notReached, tooManyTails } from './errors.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { createNews, type News } from './news.ts';
import { openEntry } from './open-entry.ts';
import { type LedgerFilter, wantedBy } from './read-entries.ts';
import { findEntries, selectHead } from './search-store.ts';

export type TailOptions = {
  /** The position to go on after; null: from now on. */
  readonly after: number | null;
  readonly filter: LedgerFilter;
  readonly signal: AbortSignal;
};

export type Tails = {
  /** Text of an event stream that ends with `signal`; `finish` must be called when nobody reads it any more. */
  open(asker: Asker, options: TailOptions): Promise<{ chunks: AsyncGenerator<string>; finish: () => void }>;
  /** Entries of this workspace were committed by this server. */
  appended(workspaceId: string): void;
};

/** A browser keeps at most six connections to a server: some are left for the app. */
const tailsMax = 4;
const groupSize = 100;
const heartbeatMs = 15_000;
/** How soon a client is to come back after a break. */
const retryMs = 1_000;

/**
 * Entries as they come, as Server-Sent Events, the id of each being its position. Positions become visible in order,
 * without a gap that fills later (`insertEntries`), so whoever goes on after the last id misses and repeats nothing.
 * A group of entries is read when the client has taken the one before: who reads slowly is simply behind.
 */
export function createTails(
  { database, keys }: { database: Database; keys: LedgerKeys },
  append: AuditWriter['append'],
  heartbeatEveryMs = heartbeatMs,
): Tails {
  const places = new Map<string, number>();
  const news = createNews();

  const headOf = (workspaceId: string): Promise<number> =>
    database.withWorkspace(workspaceId, (within) => selectHead(within, workspaceId));

  return {
    open: async (asker, { after, filter, signal }) => {
      const { workspaceId, personId } = asker;
      const taken = places.get(personId) ?? 0;
      if (taken >= tailsMax) throw tooManyTails(tailsMax);
      places.set(personId, taken + 1);
      const heard = news.listen(workspaceId, signal);
      const finish = once(() => {
        heard.close();
        const left = (places.get(personId) ?? 1) - 1;
        if (left === 0) places.delete(personId);
        else places.set(personId, left);
      });
      try {
        const last = await headOf(workspaceId);
        if (after !== null && after > last) throw notReached(after, last);
        // One entry for the whole of it, before it begins: an entry for each event would be an event again.
        const decision = { allowed: true, reason: 'permission ledger.read' };
        await append(auditContext(asker), { action: 'ledger.tailed', resource: null, decision, outcome: 'done' });
        const from = after ?? (await headOf(workspaceId));
        return {
          chunks: follow({ database, keys, heartbeatEveryMs }, workspaceId, { after: from, filter, signal, heard }),
          finish,
        };
      } catch (error) {
        finish();
        throw error;
      }
    },
    appended: news.tell,
  };
}

async function* follow(
  { database, keys, heartbeatEveryMs }: { database: Database; keys: LedgerKeys; heartbeatEveryMs: number },
  workspaceId: string,
  { after, filter, signal, heard }: { after: number; filter: LedgerFilter; signal: AbortSignal; heard: News },
): AsyncGenerator<string, void, undefined> {
  // An id alone: whoever loses the connection before the first entry knows where to go on.
  yield `retry: ${retryMs}\nid: ${after}\n\n`;
  let [covered, saidAtMs] = [after, performance.now()];
  while (!signal.aborted) {
    heard.clear();
    const entryKeys = await keys.forWorkspace(workspaceId);
    const { head, rows } = await database.withWorkspace(workspaceId, async (within) => {
      // Read first: the entries up to it are then there to be found, whatever is committed in between.
      const head = await selectHead(within, workspaceId);
      const span = { after: covered, before: head + 1, order: 'oldest first', rowsMax: groupSize } as const;
      const wanted = wantedBy(entryKeys, filter);
      return { head, rows: head > covered ? await findEntries(within, workspaceId, wanted, span) : [] };
    });
    const last = rows.at(-1)?.position ?? covered;
    covered = rows.length < groupSize ? Math.max(head, covered) : last;
    let events = '';
    for (const row of rows) events += eventOf(await openEntry(entryKeys, row));
    if (events === '' && performance.now() - saidAtMs >= heartbeatEveryMs) events = `: nothing new\nid: ${covered}\n\n`;
    if (events !== '') {
      yield events;
      saidAtMs = performance.now();
    }
    if (rows.length < groupSize) await heard.wait();
  }
}

function eventOf(entry: LedgerEntry): string {
  return encodeStreamEvent({ id: entry.position, event: 'entry', data: JSON.stringify(entry) });
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
