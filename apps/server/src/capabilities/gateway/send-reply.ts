import type { ProblemError } from '@strongroom/protocol';
import type { Call } from '#contracts';
import type { RelaySink } from '#egress/relay';
import { guess, readEventReply, readJsonReply, type ReplyReader, type TokenCounts } from './count-tokens.ts';
import { openaiError } from './openai-error.ts';

/** Of a reply that its key keeps. */
const KEPT_BYTES_MAX = 1024 * 1024;

const LAST_UNREAD_MS = 60_000;

export type Sending = {
  readonly sink: RelaySink;
  begun(): boolean;
  counts(requestBytes: number): TokenCounts;
  /** The beginning of what the caller got; empty unless it is kept. */
  kept(): { readonly bytes: Buffer; readonly whole: boolean };
  finish(): void;
  /** Ends a reply that has begun: events by one that says why, where somebody reads them; anything else by breaking off. */
  fail(problem: ProblemError): void;
};

/**
 * Writes a reply to the caller as it arrives, and no faster than they read. INVARIANT: what is held of it is one event, or what
 * token counts are read from; its bytes meet no log, and no disk.
 */
export function createReply(
  reply: Call<unknown>['reply'],
  { hidesUsage }: { readonly hidesUsage: boolean },
  keeps: boolean,
): Sending {
  const { raw } = reply;
  let reader: ReplyReader | null = null;
  let isEvents = false;
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let whole = true;
  const keep = (chunk: Buffer): void => {
    if (!keeps) return;
    if (keptBytes + chunk.length > KEPT_BYTES_MAX) whole = false;
    if (!whole) return;
    kept.push(Buffer.from(chunk));
    keptBytes += chunk.length;
  };
  const write = (chunk: Buffer): boolean => {
    if (chunk.length === 0) return true;
    keep(chunk);
    return raw.write(chunk);
  };
  const end = (): void => {
    raw.end();
    // Whoever leaves the last of it unread would keep their connection for as long as they like.
    const cut = setTimeout(() => raw.destroy(), LAST_UNREAD_MS).unref();
    raw.once('close', () => clearTimeout(cut));
  };
  return {
    sink: {
      begin({ kind, sizeBytes }) {
        isEvents = kind === 'events';
        reader = isEvents ? readEventReply(hidesUsage) : readJsonReply();
        reply.hijack();
        reply.headers({
          'cache-control': 'no-store',
          'content-type': isEvents ? 'text/event-stream; charset=utf-8' : 'application/json',
          ...(sizeBytes === null ? {} : { 'content-length': sizeBytes }),
        });
        raw.writeHead(200, reply.getHeaders() as Record<string, string | number>);
        // Whoever waits for the first event knows soon that it will come; mostly it is there already.
        if (isEvents) setImmediate(() => raw.flushHeaders());
      },
      data(chunk, resume) {
        const passed = reader === null ? chunk : reader.push(chunk);
        if (write(passed)) return true;
        raw.once('drain', resume);
        return false;
      },
    },
    begun: () => reader !== null,
    counts: (requestBytes) => reader?.counts(requestBytes) ?? guess(requestBytes, 0),
    kept: () => ({ bytes: Buffer.concat(kept), whole }),
    finish() {
      if (reader !== null) write(reader.end());
      end();
    },
    fail(problem) {
      // Who does not read would not see it. What has gone takes nothing more.
      if (!isEvents || raw.destroyed || problem.code === 'gateway/client_stalled') return void raw.destroy();
      raw.write(`\n\ndata: ${JSON.stringify(openaiError(problem).body)}\n\n`);
      end();
    },
  };
}
