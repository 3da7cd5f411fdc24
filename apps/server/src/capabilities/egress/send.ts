import { request } from 'undici';
import { z } from 'zod';
import type { CheckedEndpoint } from './endpoint.ts';
import { badReply, cancelled, timeout, unavailable } from './errors.ts';

declare const hostile: unique symbol;
/** Text of a model. Not to be trusted, run, logged or shown as ours. */
export type HostileText = string & { readonly [hostile]: true };

export type SendLimits = { readonly timeoutMs: number; readonly replyBytesMax: number };

const replySchema = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) });

/** Posts the body and reads the whole reply, of which nobody knows yet what it is. Redirects are not followed. Throws `egress/…`; see errors.ts. */
export async function send(
  endpoint: CheckedEndpoint,
  body: string,
  limits: SendLimits,
  signal: AbortSignal,
): Promise<Buffer> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  try {
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
      throw response.statusCode >= 300 && response.statusCode < 400
        ? badReply('redirect')
        : unavailable(`status ${response.statusCode}`);
    }
    return await readAll(response.body, limits.replyBytesMax);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (deadline.aborted || (error instanceof Error && /Timeout/.test(error.name))) throw timeout(limits.timeoutMs);
    if (error instanceof Error && error.name === 'ProblemError') throw error;
    throw unavailable(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
  }
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
