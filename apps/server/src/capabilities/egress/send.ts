import { type Dispatcher, request } from 'undici';
import type { Secret } from '#config';
import { badReply, cancelled, timeout, unavailable } from './errors.ts';
import { type KeepTrying, Outage } from './keep-trying.ts';
import type { Received } from './read-reply.ts';

/** Too many requests, a gateway without its server, overload: the same request may pass a moment later. */
const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504];
/** A connection that was not made, or broke before an answer. */
const PASSING_CODES: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** `silenceMs`: until the reply begins, and between two pieces of it; `timeoutMs`: all of it, and every attempt. */
export type SendLimits = { readonly silenceMs: number; readonly timeoutMs: number; readonly replyBytesMax: number };

export type Recipient = {
  readonly address: URL;
  readonly key: Secret | null;
  readonly dispatcher: Dispatcher;
  readonly keepTrying: KeepTrying;
};

/** Posts the same bytes, again where the failure may be over, and reads the whole reply, of which nobody knows yet what it is. Redirects are not followed. Throws `egress/…`; see errors.ts. */
export async function send(to: Recipient, body: string, limits: SendLimits, signal: AbortSignal): Promise<Received> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  const once = async (): Promise<Received> => {
    const response = await request(to.address, {
      method: 'POST',
      dispatcher: to.dispatcher,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        ...(to.key === null ? {} : { authorization: `Bearer ${to.key.reveal()}` }),
      },
      body,
      signal: stop,
      headersTimeout: limits.silenceMs,
      bodyTimeout: limits.silenceMs,
    });
    if (response.statusCode !== 200) {
      // What it says is of no interest, and cutting it off is no failure.
      response.body.on('error', () => undefined).destroy();
      if (response.statusCode >= 300 && response.statusCode < 400) throw badReply('redirect');
      const refused = unavailable(`status ${response.statusCode}`);
      if (BUSY_STATUSES.includes(response.statusCode))
        throw new Outage(refused, true, secondsOf(response.headers['retry-after']));
      throw response.statusCode >= 500 ? new Outage(refused, false) : refused;
    }
    const isEvents = /^text\/event-stream\b/i.test(String(response.headers['content-type']));
    return { bytes: await readAll(response.body, limits.replyBytesMax), isEvents };
  };
  const classified = async (): Promise<Received> => {
    try {
      return await once();
    } catch (error) {
      throw classify(error);
    }
  };
  const classify = (error: unknown): unknown => {
    if (signal.aborted) return cancelled();
    if (deadline.aborted) return new Outage(timeout(limits.timeoutMs), false);
    if (error instanceof Error && /Timeout/.test(error.name)) return new Outage(timeout(limits.silenceMs), false);
    if (error instanceof Outage || (error instanceof Error && error.name === 'ProblemError')) return error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return new Outage(unavailable(code), PASSING_CODES.includes(code));
  };
  return to.keepTrying.run(classified, stop);
}

/** `Retry-After` (RFC 9110 section 10.2.3) in milliseconds; null where it is absent, or a date. */
function secondsOf(header: string | readonly string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : null;
}

async function readAll(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > bytesMax) throw badReply('too large');
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
