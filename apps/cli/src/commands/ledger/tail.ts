import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEventStream, type LedgerEntry } from '@strongroom/protocol';
import { CommandFailure } from '../../failure.ts';
import { findServer } from '../../find-server.ts';
import { plainJson, plainLine } from '../../plain-text.ts';
import { connect } from '../../server.ts';
import type { Session } from '../../session.ts';
import { cellText } from '../../table.ts';
import { countsOf, whoOf } from './entry-view.ts';
import { type LedgerFilter, queryOf } from './filter.ts';

const retryMs = 1_000;
const retryMsMax = 30_000;
/** What may be over in a moment: a server, its keys or its database that are away, or a proxy that finds none. */
const passing =
  /^(cli\/(unreachable|cut_off|not_strongroom)|http\/(stopping|overloaded|too_many_requests)|\w+\/(key_)?unavailable)$/;

/**
 * Prints entries as they come, a line each, until it is told to stop; after a break it goes on where it was. Throws what
 * the server refuses for good, and whatever keeps it from beginning.
 */
export async function tail(session: Session, { after, ...filter }: LedgerFilter & { after?: number }): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  let last = after === undefined ? null : String(after);
  let begun = false;
  let waitMs = retryMs;
  for (;;) {
    try {
      // A server that starts again may be elsewhere, and has another token for its home.
      const server = begun ? connect(await findServer(session.settings)) : session.server;
      for await (const id of follow({ ...session, server }, queryOf(filter), last, stop.signal)) {
        last = id;
        begun = true;
        waitMs = retryMs;
      }
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!begun || !(error instanceof CommandFailure) || !mayPass(error, session)) throw error;
      session.terminal.warn(`${error.code}: ${error.message}; trying again`);
    }
    await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) return;
    waitMs = Math.min(waitMs * 2, retryMsMax);
  }
}

/** A server that starts again takes its port before it writes the new token of its home. */
function mayPass({ code }: CommandFailure, { settings }: Session): boolean {
  return passing.test(code) || (code === 'identity/bad_token' && settings.token === null);
}

/** Yields how far it came, until the connection ends. */
async function* follow(
  { server, terminal }: Session,
  query: string,
  last: string | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const headers = { accept: 'text/event-stream', ...(last === null ? {} : { 'last-event-id': last }) };
  const response = await server.open('GET', `ledger/tail${query}`, { headers, signal });
  try {
    for await (const { id, event, data } of decodeEventStream(response.body ?? nothing())) {
      if (event === 'entry' && data !== null) terminal.line(lineOf(JSON.parse(data) as LedgerEntry, terminal.json));
      if (id !== null) yield id;
    }
  } catch {
    throw new CommandFailure('cli/cut_off', 'the connection ended');
  }
}

function lineOf(entry: LedgerEntry, json: boolean): string {
  if (json) return plainJson(JSON.stringify(entry));
  const { position, at, action, resource, outcome, decision } = entry;
  const parts = [position, at, whoOf(entry), action, resource ?? '-', outcome, decision?.reason, countsOf(entry)];
  return plainLine(parts.map(cellText).join('  ')).trimEnd();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
