import { type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { connectPostgres } from './index.ts';
import { parsePostgresUrl } from './parse-url.ts';

type Behaviour = (socket: Socket) => void;

async function withServer<T>(behave: Behaviour, use: (url: string) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    behave(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`postgres://u:p@127.0.0.1:${(server.address() as AddressInfo).port}/d`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

function message(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}
const bytes = (...values: (string | Buffer)[]) =>
  Buffer.concat(values.map((value) => (typeof value === 'string' ? Buffer.from(value, 'latin1') : value)));
const READY = message('Z', Buffer.from('I'));
const version = (value: string) => message('S', bytes('server_version\0', value, '\0'));
const WELCOME = bytes(message('R', Buffer.alloc(4)), message('K', Buffer.alloc(8)), READY);
const ONE_INTEGER = message(
  'T',
  bytes('\0\x01', 'v\0', Buffer.alloc(6), '\0\0\0\x17', '\0\x04', '\xff\xff\xff\xff', '\0\0'),
);
const ROW = message('D', bytes('\0\x01', '\0\0\0\x04', '\0\0\0\x2a'));
const PREPARED = bytes(ONE_INTEGER, READY);
const COMPLETE = bytes(message('C', bytes('SELECT 1\0')), READY);

/** Answers each burst of the client with the next reply. */
const script =
  (...replies: Buffer[]): Behaviour =>
  (socket) => {
    let next = 0;
    socket.on('data', () => {
      const reply = replies[next];
      next += 1;
      if (reply === undefined) return;
      if (reply.length === 0) socket.destroy();
      else socket.write(reply);
    });
  };
const CANCEL_REQUEST = 80_877_102;
const HANG_UP = Buffer.alloc(0);

const ask =
  (url: string, timeoutMs = 300) =>
  async () => {
    await using connector = connectPostgres(parsePostgresUrl(url), { connectTimeoutMs: 300 });
    return await readAll(await connector.run(uncheckedSql('postgres', 'select 1'), { ...LIMITS, timeoutMs }));
  };

test.each<[string, Behaviour, string]>([
  ['hangs after the connection', () => {}, 'run/unavailable'],
  ['closes at once', (socket) => socket.destroy(), 'run/unavailable'],
  ['speaks HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'run/unavailable'],
  ['sends zeros', (socket) => socket.write(Buffer.alloc(100_000)), 'run/unavailable'],
  ['announces 2 GB', script(bytes('R\x7f\xff\xff\xff')), 'run/unavailable'],
  ['asks for an unknown way to sign in', script(message('R', bytes('\0\0\0\x07'))), 'sources/credentials_refused'],
  ['sends an error without an end', script(message('E', bytes('MXXX'))), 'run/unavailable'],
  ['is ready before it let us in', script(READY), 'run/unavailable'],
  [
    'asks for a billion rounds of SCRAM',
    (socket) => {
      let step = 0;
      socket.on('data', (chunk: Buffer) => {
        step += 1;
        if (step === 1) socket.write(message('R', bytes('\0\0\0\x0a', 'SCRAM-SHA-256\0\0')));
        else if (step === 2)
          socket.write(
            message(
              'R',
              bytes('\0\0\0\x0b', `r=${/r=([^,\0]+)/.exec(chunk.toString('latin1'))![1]!}x,s=AAAA,i=1000000000`),
            ),
          );
      });
    },
    'run/unavailable',
  ],
  [
    'skips its own proof in SCRAM',
    script(message('R', bytes('\0\0\0\x0a', 'SCRAM-SHA-256\0\0')), WELCOME),
    'run/unavailable',
  ],
  ['hangs after the sign-in', script(WELCOME), 'run/timeout'],
  ['hangs after the description', script(WELCOME, PREPARED), 'run/timeout'],
  ['hangs in the middle of the rows', script(WELCOME, PREPARED, bytes(ROW, ROW)), 'run/timeout'],
  [
    'drops in the middle of the rows',
    (socket) => {
      let step = 0;
      socket.on('data', () => {
        step += 1;
        if (step === 1) socket.write(WELCOME);
        else if (step === 2) socket.write(PREPARED);
        else socket.end(bytes(ROW, ROW.subarray(0, 6)));
      });
    },
    'run/unavailable',
  ],
  ['hangs up instead of rows', script(WELCOME, PREPARED, HANG_UP), 'run/unavailable'],
  [
    'sends a row of another width',
    script(WELCOME, PREPARED, message('D', bytes('\0\x02', '\0\0\0\x04', '\0\0\0\x2a'))),
    'run/unavailable',
  ],
  [
    'sends a value longer than its row',
    script(WELCOME, PREPARED, message('D', bytes('\0\x01', '\x7f\xff\xff\xff', '\0\0'))),
    'run/unavailable',
  ],
  [
    'sends an integer of three bytes',
    script(WELCOME, PREPARED, message('D', bytes('\0\x01', '\0\0\0\x03', 'abc'))),
    'run/unavailable',
  ],
  ['wants data from us', script(WELCOME, PREPARED, message('G', bytes('\0\0\0'))), 'run/failed'],
  [
    'quotes a value in an error of no known state',
    script(WELCOME, PREPARED, bytes(message('E', bytes('SERROR\0', "C????'\0", 'Mcanary-value\0', '\0')), READY)),
    'run/failed',
  ],
])('a source that %s is told apart, and the process lives', async (_name, behave, code) => {
  const problem = await withServer(behave, (url) => problemOf(ask(url)()));
  expect(problem.code).toBe(code);
  expect(`${problem.message} ${problem.internal} ${JSON.stringify(problem)}`).not.toContain('canary');
});

test.each([
  ['9.6.24', '9.6'],
  ['8.0.2', '8.0'],
  ['10.23 (Debian 10.23-1)', '10'],
  ['11.22', '11'],
])('a source that says it is PostgreSQL %s is told to be too old, and is asked nothing', async (value, told) => {
  const heard: Buffer[] = [];
  const behave: Behaviour = (socket) => {
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    script(bytes(message('R', Buffer.alloc(4)), version(value), message('K', Buffer.alloc(8)), READY))(socket);
  };
  const problem = await withServer(behave, (url) => problemOf(ask(url)()));
  expect(problem).toMatchObject({ code: 'sources/too_old', status: 422, members: { version: told, oldest: '12' } });
  expect(problem.message).toBe(`the source is PostgreSQL ${told}; the oldest that can be one is 12`);
  expect(Buffer.concat(heard).toString('latin1')).not.toMatch(/begin|select/);
});

test.each(['12.0', '18.4 (Debian)', '19devel', 'canary'])('one that says %s is not', async (value) => {
  const welcome = bytes(message('R', Buffer.alloc(4)), version(value), message('K', Buffer.alloc(8)), READY);
  const rows = await withServer(script(welcome, PREPARED, bytes(ROW, COMPLETE)), (url) => ask(url)());
  expect(rows).toEqual([[42]]);
});

test('the fake server of these tests can also answer rightly', async () => {
  const rows = await withServer(script(WELCOME, PREPARED, bytes(ROW, COMPLETE)), (url) => ask(url)());
  expect(rows).toEqual([[42]]);
});

test.each<[string, Buffer, string]>([
  ['describes it otherwise, and nothing else', message('n', Buffer.alloc(0)), 'run/timeout'],
  ['is ready without a description', READY, 'run/permission'],
  ['sends rows before it', bytes(ROW, ROW, READY), 'run/permission'],
  ['refuses it', bytes(message('E', bytes('C42501\0', '\0')), READY), 'run/permission'],
])('of a statement that ran before, a source that %s gives no row', async (_name, reply, code) => {
  let connection = 0;
  const behave: Behaviour = (socket) => {
    connection += 1;
    const isFirst = connection === 1;
    let step = 0;
    socket.on('data', (chunk: Buffer) => {
      step += 1;
      if (step === 1) socket.write(WELCOME);
      else if (isFirst && step === 2) socket.write(PREPARED);
      else if (isFirst && step === 3) socket.write(bytes(ROW, COMPLETE));
      else if (!chunk.includes('select 1')) socket.write(bytes(READY, READY));
      else if (chunk.includes('B')) socket.write(reply);
    });
  };
  await withServer(behave, async (url) => {
    await using connector = connectPostgres(parsePostgresUrl(url), { connectTimeoutMs: 300 });
    const again = async () =>
      readAll(await connector.run(uncheckedSql('postgres', 'select 1'), { ...LIMITS, timeoutMs: 300 }));
    expect(await again()).toEqual([[42]]);
    expect((await problemOf(again())).code).toBe(code);
  });
});

test('nobody listening is run/unavailable', async () => {
  const port = await withServer(
    () => {},
    async (url) => Number(new URL(url).port),
  );
  expect((await problemOf(ask(`postgres://u:p@127.0.0.1:${port}/d`)())).code).toBe('run/unavailable');
});

test('ten gigabytes of rows stop at the byte limit', async () => {
  const value = Buffer.alloc(1024 * 1024, 120);
  const text = message(
    'T',
    bytes('\0\x01', 'v\0', Buffer.alloc(6), '\0\0\0\x19', '\xff\xff', '\xff\xff\xff\xff', '\0\0'),
  );
  const length = Buffer.alloc(4);
  length.writeInt32BE(value.length);
  const row = message('D', bytes('\0\x01', length, value));
  const behave: Behaviour = (socket) => {
    let step = 0;
    socket.on('data', () => {
      step += 1;
      if (step === 1) socket.write(WELCOME);
      else if (step === 2) socket.write(bytes(text, READY));
      else {
        const pour = () => {
          while (!socket.destroyed && socket.write(row));
        };
        socket.on('drain', pour);
        pour();
      }
    });
  };
  await withServer(behave, async (url) => {
    await using connector = connectPostgres(parsePostgresUrl(url), { connectTimeoutMs: 300 });
    const stream = await connector.run(uncheckedSql('postgres', 'select 1'), { ...LIMITS, bytes: 50 * 2 ** 20 });
    for await (const _chunk of stream.chunks);
    expect(await stream.completion).toMatchObject({ complete: false, limit: 'bytes', rowCount: 49 });
  });
});

test('a backend that a cancel does not end keeps its connection taken until it is gone', async () => {
  let stuck: Socket | null = null;
  let cancels = 0;
  const behave: Behaviour = (socket) => {
    let step = 0;
    socket.on('data', (chunk: Buffer) => {
      if (chunk.length === 16 && chunk.readInt32BE(4) === CANCEL_REQUEST) {
        cancels += 1;
        return socket.destroy();
      }
      step += 1;
      if (step === 1) socket.write(WELCOME);
      else if (stuck !== null) socket.write(bytes(ONE_INTEGER, ROW, COMPLETE));
      else if (step === 2) socket.write(PREPARED);
      else stuck = socket;
    });
  };
  await withServer(behave, async (url) => {
    await using connector = connectPostgres(parsePostgresUrl(url), { connectionsMax: 1, waitMs: 200 });
    const ask = async (signal?: AbortSignal) =>
      readAll(await connector.run(uncheckedSql('postgres', 'select 1'), LIMITS, signal));
    const leave = new AbortController();
    const left = problemOf(ask(leave.signal));
    await expect.poll(() => stuck).not.toBeNull();
    leave.abort();
    expect((await left).code).toBe('run/cancelled');
    await expect.poll(() => cancels).toBeGreaterThan(0);
    expect((await problemOf(ask())).code).toBe('run/busy');
    stuck!.destroy();
    expect(await ask()).toEqual([[42]]);
  });
});
