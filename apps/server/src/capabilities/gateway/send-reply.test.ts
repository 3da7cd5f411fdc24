import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fastify, type FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { clientStalled, upstreamTimeout } from './errors.ts';
import { createReply } from './send-reply.ts';

const PIECE = Buffer.from(`data: ${'x'.repeat(64 * 1024)}\n\n`);

/** A reply of events that has begun, and the socket of its caller, who has read nothing yet. */
async function begin(): Promise<AsyncDisposable & { reply: FastifyReply; caller: Socket }> {
  const { promise, resolve } = Promise.withResolvers<{ reply: FastifyReply }>();
  const app = fastify();
  app.get('/', (_request, reply) => {
    // In an object: a reply on its own would be waited for.
    resolve({ reply });
    return new Promise(() => {});
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const caller = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  caller.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return {
    ...(await promise),
    caller,
    [Symbol.asyncDispose]: async () => {
      caller.destroy();
      await app.close();
    },
  };
}

test('a caller that does not read is cut off: what explains it would not arrive, and their connection would stay', async () => {
  await using begun = await begin();
  const { sink, fail } = createReply(begun.reply, { hidesUsage: false }, false);
  sink.begin({ kind: 'events', sizeBytes: null });
  while (sink.data(PIECE, () => {}));
  fail(clientStalled());
  if (!begun.reply.raw.closed) await once(begun.reply.raw, 'close');
  expect(begun.reply.raw.writableFinished).toBe(false);
});

test('a caller that reads is told in an event of its own why a reply ends', async () => {
  await using begun = await begin();
  const { sink, fail } = createReply(begun.reply, { hidesUsage: false }, false);
  sink.begin({ kind: 'events', sizeBytes: null });
  sink.data(Buffer.from('data: half an ev'), () => {});
  fail(upstreamTimeout('said nothing more for', 1));
  let text = '';
  for await (const piece of begun.caller.setEncoding('utf8')) {
    text += String(piece);
    if (text.endsWith('0\r\n\r\n')) break;
  }
  expect(text).toContain('data: half an ev');
  expect(text).toMatch(/\n\ndata: \{"error":\{[^\n]*"code":"gateway\/upstream_timeout"\}\}\n\n/);
});
