import { Readable } from 'node:stream';
import type { ProblemError } from '@strongroom/protocol';
import type { Call } from '#contracts';
import { readerStalled } from './errors.ts';

/** Whoever waits for an answer, as far as what makes it must know. */
export type Reader = {
  /** Of the tab or program: when it lapses, the query ends. Without one the connection is all there is. */
  readonly lease?: string | undefined;
  readonly signal: AbortSignal;
  /** Called once, when the query is stopped: a reader that does not read would not come upon it. */
  readonly onStopped?: ((problem: ProblemError) => void) | undefined;
};

export type ReaderLimits = {
  /** Of an answer that waits to be taken nothing is, not a byte, for this long: then its reader is taken for gone. */
  readonly stalledMs: number;
  /** How long a reader has to take what is left of an answer that was stopped, before it is dropped. */
  readonly graceMs: number;
};

export const READER_LIMITS: ReaderLimits = { stalledMs: 60_000, graceMs: 2_000 };
/** Of an answer that is made faster than it is read. */
const AHEAD_BYTES = 256 * 1024;

export type WatchedReader = {
  readonly reader: Required<Pick<Reader, 'signal' | 'onStopped'>>;
  /** To be sent. Once the answer is stopped, or its reader stalls, it is cut and what waits in it is dropped. */
  bodyOf(chunks: AsyncIterable<Uint8Array | string>): Readable;
};

/** A connection that stands says nothing of whether anybody is at its other end. */
export function watchReader(
  { signal, reply }: Pick<Call<unknown>, 'signal' | 'reply'>,
  { stalledMs, graceMs }: ReaderLimits,
): WatchedReader {
  const stalling = new AbortController();
  let body: Readable | null = null;
  let stopped: ProblemError | null = null;
  const dropSoon = (sent: Readable, problem: ProblemError): void => {
    const timer = setTimeout(() => sent.destroy(problem), graceMs);
    sent.once('close', () => clearTimeout(timer));
  };
  return {
    reader: {
      signal: AbortSignal.any([signal, stalling.signal]),
      onStopped: (problem) => {
        stopped = problem;
        if (body !== null) dropSoon(body, problem);
      },
    },
    bodyOf(chunks) {
      const sent = Readable.from(chunks, { objectMode: false, highWaterMark: AHEAD_BYTES });
      body = sent;
      if (stopped !== null) dropSoon(sent, stopped);
      // Node tells when nothing went over the connection for that long, parts of what was written counted.
      reply.raw.setTimeout(stalledMs, () => {
        if (sent.readableLength + reply.raw.writableLength === 0) return void reply.raw.setTimeout(stalledMs);
        const problem = readerStalled(stalledMs);
        stalling.abort(problem);
        sent.destroy(problem);
      });
      return sent;
    },
  };
}
