import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createOutbound } from './index.ts';

async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: URL }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/here`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function send(url: URL, limits: { timeoutMs?: number; replyBytesMax?: number } = {}) {
  const outbound = createOutbound({ timeoutMs: 10_000, replyBytesMax: 1_000, ...limits });
  try {
    return await outbound.send({ method: 'POST', url, headers: { 'x-token': 'planted' }, body: '{}' });
  } finally {
    await outbound.close();
  }
}

test('an answer comes with its status and bytes, whatever the status', async () => {
  await using server = await serve((request, response) => {
    response.writeHead(418).end(`${request.method} ${request.url} ${String(request.headers['x-token'])}`);
  });
  const { status, body } = await send(server.url);
  expect([status, Buffer.from(body).toString()]).toEqual([418, 'POST /here planted']);
});

test('a redirect is an answer and is not followed', async () => {
  const asked: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    asked.push(request.url);
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  expect((await send(server.url)).status).toBe(307);
  expect(asked).toEqual(['/here']);
});

test('an answer that is too large is cut off', async () => {
  await using server = await serve((_request, response) => response.end('x'.repeat(1_001)));
  await expect(send(server.url)).rejects.toMatchObject({ code: 'outbound/too_large' });
});

test.each([
  ['never begins', () => undefined],
  ['never ends', (response: { write(text: string): void }) => response.write('x')],
])('an answer that %s is given up', async (_what, answer) => {
  await using server = await serve((_request, response) => {
    answer(response);
  });
  await expect(send(server.url, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'outbound/timeout' });
});

test('nobody there is one refusal that says neither where nor what', async () => {
  const gone = await serve(() => undefined);
  await gone[Symbol.asyncDispose]();
  const refusal: unknown = await send(gone.url).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'outbound/unavailable', internal: 'ECONNREFUSED' });
  expect(JSON.stringify(refusal)).not.toMatch(/planted|127/);
});

test.each(['http://192.0.2.1/', 'http://example.com/', 'ftp://127.0.0.1/', 'file:///etc/passwd'])(
  'plain text beyond this machine, as to %s, is refused before a byte leaves',
  async (address) => {
    await expect(send(new URL(address))).rejects.toMatchObject({ code: 'outbound/bad_address' });
  },
);
