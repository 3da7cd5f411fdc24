import { request } from 'undici';
import { z } from 'zod';
import type { CheckedEndpoint } from './endpoint.ts';
import { badReply, cancelled, timeout, unavailable } from './errors.ts';
import { Outage } from './keep-trying.ts';

declare const hostile: unique symbol;
/** Text of a model. Not to be trusted, run, logged or shown as ours. */
export type HostileText = string & { readonly [hostile]: true };

/** Too many requests, a gateway without its server, overload: the same request may pass a moment later. */
const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504];
/** A connection that was not made, or broke before an answer. */
const PASSING_CODES: readonly string[] = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

export type SendLimits = { readonly timeoutMs: number; readonly replyBytesMax: number };

const replySchema = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) });

/** Posts the same bytes, again where the failure may be over, and reads the whole reply, of which nobody knows yet what it is. Redirects are not followed. Throws `egress/…`; see errors.ts. */
export async function send(
  endpoint: CheckedEndpoint,
  body: string,
  limits: SendLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  const once = async (): Promise<Buffer> => {
    const response = await request(endpoint.address, {
      method: 'POST',
      dispatcher: endpoint.dispatcher,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(endpoint.key === null ? {} : { authorization: `Bearer ${endpoint.key.reveal()}` }),
      },
      body,
      signal: stop,
      headersTimeout: limits.timeoutMs,
      bodyTimeout: limits.timeoutMs,
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
    return readAll(response.body, limits.replyBytesMax);
  };
  const classified = async (): Promise<Buffer> => {
    try {
      return await once();
    } catch (error) {
      throw classify(error);
    }
  };
  const classify = (error: unknown): unknown => {
    if (signal.aborted) return cancelled();
    if (deadline.aborted || (error instanceof Error && /Timeout/.test(error.name)))
      return new Outage(timeout(limits.timeoutMs), false);
    if (error instanceof Outage || (error instanceof Error && error.name === 'ProblemError')) return error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return new Outage(unavailable(code), PASSING_CODES.includes(code));
  };
  return endpoint.keepTrying.run(classified, stop);
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

/** Throws `egress/bad_reply` for what is no chat completion. */
export function readReply(bytes: Uint8Array): HostileText {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badReply('not JSON');
  }
  const reply = replySchema.safeParse(parsed);
  if (!reply.success) throw badReply('not a chat completion');
  return (reply.data.choices[0]?.message.content ?? '') as HostileText;
}
