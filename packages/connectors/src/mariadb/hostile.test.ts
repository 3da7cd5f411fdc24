import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { parseMariadbUrl } from './address.ts';
import { connectMariadb } from './index.ts';
import { packet } from './packets.ts';

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

function greeting(version = '5.5.5-10.11.0-MariaDB', flags = 0x81ffffff): Buffer {
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from(`${version}\0`),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('12345678\0'),
    Buffer.from([flags & 0xff, (flags >>> 8) & 0xff, 45, 2, 0, (flags >>> 16) & 0xff, (flags >>> 24) & 0xff, 21]),
    Buffer.alloc(10),
    Buffer.from('123456789012\0'),
    Buffer.from('mysql_native_password\0'),
  ]);
  return packet(0, body);
}

/** A server that answers each packet of ours by `answer`; what it read is in `heard`. */
async function hostile(answer: (body: Buffer, count: number) => Buffer | null, hello = greeting(), query = '') {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let count = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard.push(chunk);
      const reply = answer(chunk.subarray(4), count);
      count += 1;
      if (reply !== null) socket.write(reply);
    });
    socket.write(hello);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connector = connectMariadb(parseMariadbUrl(`mariadb://u:canary-password@127.0.0.1:${port}/d${query}`), {
    connectTimeoutMs: 2_000,
  });
  return {
    connector,
    heard,
    ask: () => connector.run(uncheckedSql('mariadb', 'select 1'), LIMITS).then(readAll),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await connector.close();
      server.close();
    },
  };
}

const isQuestion = (body: Buffer) => body.toString('latin1').includes('select 1');

describe('a hostile server', () => {
  test('that asks for a file of ours gets not a byte of any, whenever it asks', async () => {
    const request = Buffer.concat([Buffer.from([0xfb]), Buffer.from('/etc/passwd')]);
    await using late = await hostile((body) => packet(isQuestion(body) ? 1 : 2, isQuestion(body) ? request : OK));
    expect(await problemOf(late.ask())).toMatchObject({ code: 'run/unavailable' });
    await using early = await hostile(() => packet(2, request));
    expect((await problemOf(early.ask())).code).toMatch(/^(run|sources)\//);
    for (const { heard } of [late, early]) expect(Buffer.concat(heard).toString('latin1')).not.toContain('root:');
  });

  test('that asks for the password itself does not get it', async () => {
    const request = Buffer.from('\xfemysql_clear_password\0', 'latin1');
    await using server = await hostile(() => packet(2, request));
    expect(await problemOf(server.ask())).toMatchObject({ code: 'sources/credentials_refused' });
    expect(Buffer.concat(server.heard).toString('latin1')).not.toContain('canary-password');
  });

  test('that talks in an error is not quoted', async () => {
    const error = Buffer.concat([Buffer.from([0xff, 0x28, 0x04]), Buffer.from('#42000canary-7f3a is out of range')]);
    await using server = await hostile((body) => packet(isQuestion(body) ? 1 : 2, isQuestion(body) ? error : OK));
    const problem = await problemOf(server.ask());
    expect(problem.code).toMatch(/^run\//);
    expect(inspect(problem, { depth: 10, showHidden: true })).not.toContain('canary');
  });

  const garbage: readonly (readonly [string, Buffer])[] = [
    ['a length without end', Buffer.from([0xff, 0xff, 0xff, 1, 0xfe])],
    ['an empty packet', packet(1, Buffer.alloc(0))],
    ['too many columns', packet(1, Buffer.from([0xfd, 0xff, 0xff, 0xff]))],
    ['a number of columns without end', packet(1, Buffer.from([0xfe, 255, 255, 255, 255, 255, 255, 255, 255]))],
    ['a column that is cut', Buffer.concat([packet(1, Buffer.from([1])), packet(2, Buffer.from([3, 100, 101]))])],
    ['rows before columns', Buffer.concat([packet(1, Buffer.from([1])), packet(2, Buffer.from([0xfe, 0, 0, 2, 0]))])],
  ];
  test.each(garbage)('that sends %s ends the query and nothing else', async (_, bytes) => {
    let sent = 0;
    await using server = await hostile((body) => {
      if (!isQuestion(body)) return packet(2, OK);
      sent += 1;
      setImmediate(() => void server.connector.close());
      return bytes;
    });
    expect((await problemOf(server.ask())).code).toMatch(/^run\//);
    expect(sent).toBe(1);
  });

  test('that is no MariaDB, an old one, or speaks nonsense at once, is refused', async () => {
    await using mysql = await hostile(() => null, greeting('8.0.36'));
    expect(await problemOf(mysql.ask())).toMatchObject({ code: 'sources/bad_address' });
    for (const [old, told] of [
      ['5.5.68-MariaDB', '5.5'],
      ['5.5.5-10.6.18-MariaDB', '10.6'],
    ] as const) {
      await using server = await hostile(() => null, greeting(old));
      expect(await problemOf(server.ask())).toMatchObject({
        code: 'sources/too_old',
        message: `the source is MariaDB ${told}; the oldest that can be one is 10.11`,
      });
      expect(server.heard).toEqual([]);
    }
    for (const hello of [
      packet(0, Buffer.from([10])),
      packet(0, Buffer.from('HTTP/1.1 400')),
      packet(0, Buffer.alloc(70, 10)),
    ]) {
      await using server = await hostile(() => null, hello);
      expect((await problemOf(server.ask())).code).toBe('run/unavailable');
    }
  });

  test('that offers no TLS, or says more before it, gets no password where TLS was asked for', async () => {
    for (const hello of [greeting(undefined, 0x81fff7ff), Buffer.concat([greeting(), packet(1, OK)])]) {
      await using server = await hostile(() => packet(2, OK), hello, '?sslmode=require');
      expect((await problemOf(server.ask())).code).toMatch(/^(sources\/tls_refused|run\/unavailable)$/);
      expect(server.heard).toEqual([]);
    }
  });
});
