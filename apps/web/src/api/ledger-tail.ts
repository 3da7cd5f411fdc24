import { decodeEventStream, type LedgerEntry, ledgerEntrySchema, ProblemError } from '@strongroom/protocol';
import { chunksOf, fetchOrExplain, problemOf } from './client.ts';
import { type LedgerFilter, parameters } from './verbs.ts';

/** How far the log was followed, and the entry that was met there. */
export type Followed = { readonly position: number; readonly entry: LedgerEntry | null };

/**
 * Entries after a position as they come. `fetch` rather than an `EventSource`, which would not say why it was refused.
 * Throws `ProblemError` when it is refused, and `web/broken_off` when the connection ends.
 */
export async function* followLedger(
  filter: LedgerFilter,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  const response = await fetchOrExplain(`/api/v1/ledger/tail?${parameters({ ...filter, after })}`, {
    headers: { accept: 'text/event-stream' },
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  try {
    for await (const { id, event, data } of decodeEventStream(chunksOf(response.body, signal)))
      if (id !== null)
        yield {
          position: Number(id),
          entry: event === 'entry' && data !== null ? ledgerEntrySchema.parse(JSON.parse(data)) : null,
        };
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw brokenOff(cause);
  }
  throw brokenOff('the server ended it');
}

function brokenOff(cause: unknown): ProblemError {
  return new ProblemError('web/broken_off', 502, 'the connection broke off', { internal: String(cause) });
}
