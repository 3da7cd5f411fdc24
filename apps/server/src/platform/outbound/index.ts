import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ProblemError } from '@strongroom/protocol';
import { Agent, request } from 'undici';
import { isLoopback } from '#config';
import { badAddress, timeout, tooLarge, unavailable } from './errors.ts';

export type OutboundRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** The one door through which the platform speaks to other programs; models and identity providers have theirs. */
export type Outbound = {
  /**
   * Any status is an answer, a redirect too: none is followed. `body` is an attacker's.
   * Throws `outbound/bad_address` 500, `outbound/timeout` 504, `outbound/too_large` 502, `outbound/unavailable` 502.
   */
  send(asked: OutboundRequest): Promise<{ readonly status: number; readonly body: Uint8Array }>;
  close(): Promise<void>;
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** `timeoutMs` is for the whole exchange; `replyBytesMax` for the body of the answer. */
export function createOutbound({ timeoutMs, replyBytesMax }: { timeoutMs: number; replyBytesMax: number }): Outbound {
  const encrypted = new Agent({ pipelining: 0, connections: 8 });
  // A name may resolve to anything by the time we connect, so a plain connection checks the address it really takes.
  const plain = new Agent({ connect: { lookup: loopbackLookup }, pipelining: 0, connections: 8 });
  return {
    async send({ method, url, headers, body }) {
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) throw badAddress();
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await request(url, {
          method,
          headers,
          body,
          dispatcher: url.protocol === 'https:' ? encrypted : plain,
          signal: deadline,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        return { status: answer.statusCode, body: await readAll(answer.body, replyBytesMax) };
      } catch (error) {
        if (error instanceof ProblemError) throw error;
        if (deadline.aborted || (error instanceof Error && /Timeout/.test(error.name))) throw timeout(timeoutMs);
        throw unavailable(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
      }
    },
    close: async () => {
      await Promise.all([encrypted.destroy(), plain.destroy()]);
    },
  };
}

async function readAll(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > bytesMax) throw tooLarge(bytesMax);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

const loopbackLookup: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const allowed = addresses.filter(({ address }) => loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
    const [first] = allowed;
    if (first === undefined) callback(Object.assign(new Error('not this machine'), { code: 'ENOTLOOPBACK' }), []);
    else if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};
