import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Frame, ProblemError } from '@strongroom/protocol';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendAnswer } from './index.ts';
import type { Reader } from './watch-reader.ts';

const LIMITS = { stalledMs: 300, graceMs: 50 };
const PIECE = new Uint8Array(1024 * 1024);

let limits: typeof LIMITS;
let app: FastifyInstance;
let port: number;
let reader: Reader | null;
let made: number;
/** What the maker of the answer waits for before each piece. */
let beforeEachPiece: () => Promise<void>;
let ended: PromiseWithResolvers<void>;

beforeEach(async () => {
  limits = LIMITS;
  reader = null;
  made = 0;
  beforeEachPiece = async () => {};
  ended = Promise.withResolvers<void>();
  app = fastify();
  app.get('/:pieces', (request, reply) => {
    const { pieces } = request.params as { pieces: string };
    const call = { request, reply, signal: new AbortController().signal };
    return sendAnswer(call, (given) => answer(given, Number(pieces)), limits);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
afterEach(() => app.close());

async function* answer(given: Reader, pieces: number): AsyncGenerator<Frame> {
  reader = given;
  given.signal.addEventListener('abort', () => given.onStopped?.(given.signal.reason as ProblemError), { once: true });
  try {
    for (; made < pieces; made += 1) {
      await beforeEachPiece();
      given.signal.throwIfAborted();
      yield { kind: 'rows', bytes: PIECE };
    }
  } finally {
    ended.resolve();
  }
}

async function ask(pieces: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write(
    `GET /${pieces} HTTP/1.1\r\nhost: x\r\naccept: application/vnd.strongroom.answer\r\nconnection: close\r\n\r\n`,
  );
  return socket;
}

/** How much comes until the connection is closed, whichever way. */
async function readAll(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on('data', (chunk) => (bytes += chunk.length));
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.resume();
  await closed;
  return bytes;
}

async function openConnections(): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );
}

test('a reader that takes nothing for a while loses the query, its connection and what waited for it', async () => {
  const socket = await ask(1_000);
  await ended.promise;
  expect(reader?.signal.reason).toMatchObject({ code: 'query/reader_stalled', status: 408 });
  expect(made).toBeLessThan(20);
  expect(await readAll(socket)).toBeLessThan(20 * PIECE.length);
});

test('one that has taken nearly all loses the rest, though nothing runs any more', async () => {
  const socket = await ask(8);
  await ended.promise;
  // All has left the source, more than the connection holds waits here.
  await expect.poll(openConnections).toBe(0);
  expect(await readAll(socket)).toBeLessThan(8 * PIECE.length);
});

test('a slow reader keeps its query, as long as it takes something', async () => {
  // Far from what a busy machine takes between two of its readings.
  limits = { ...LIMITS, stalledMs: 10_000 };
  const socket = await ask(16);
  socket.on('data', () => {
    socket.pause();
    setTimeout(() => socket.resume(), 10);
  });
  expect(await readAll(socket)).toBeGreaterThan(16 * PIECE.length);
  expect(reader?.signal.aborted).toBe(false);
});

test('a slow source is no stalled reader', async () => {
  const waited = Promise.withResolvers<void>();
  beforeEachPiece = () => waited.promise;
  const socket = await ask(1);
  setTimeout(waited.resolve, LIMITS.stalledMs * 4);
  expect(await readAll(socket)).toBeGreaterThan(PIECE.length);
  expect(reader?.signal.aborted).toBe(false);
});

test('an answer that is stopped is dropped, also where nobody reads that it was', async () => {
  const socket = await ask(1_000);
  await expect.poll(() => made).toBeGreaterThan(1);
  reader?.onStopped?.(new ProblemError('query/rights_changed', 403, 'changed'));
  await ended.promise;
  expect(reader?.signal.aborted).toBe(false);
  expect(await readAll(socket)).toBeLessThan(20 * PIECE.length);
});
