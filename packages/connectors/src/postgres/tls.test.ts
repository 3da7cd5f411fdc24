import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { once } from 'node:events';
import {
  everyPostgres,
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
  type TestPostgres,
  startPostgres,
} from '@strongroom/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { connectPostgres } from './index.ts';
import { parsePostgresUrl } from './parse-url.ts';

/** Ends TLS as PostgreSQL does and hands the rest to a real server, so that what travels can be counted. */
let postgres: TestPostgres;
let port: number;
const sockets = new Set<Socket>();
let encryptedCancels = 0;
const server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.once('data', () => {
    socket.write('S');
    const secure = new TLSSocket(socket, { isServer: true, cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY });
    const backend = connect(`${postgres.socketFolder}/.s.PGSQL.${postgres.port}`);
    sockets.add(backend);
    secure.once('data', (chunk: Buffer) => {
      if (chunk.length === 16 && chunk.readInt32BE(4) === 80_877_102) encryptedCancels += 1;
      backend.write(chunk);
      secure.pipe(backend).pipe(secure);
    });
    for (const side of [secure, backend]) side.on('error', () => socket.destroy());
  });
});
beforeAll(async () => {
  postgres = await startPostgres();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await postgres.stop();
});

const open = (host: string, query: string, certificateAuthorities?: string[]) => {
  const { user, password } = postgres.superuser;
  const address = parsePostgresUrl(`postgres://${user}:${password}@${host}:${port}/postgres${query}`);
  return connectPostgres(address, {
    connectTimeoutMs: 5000,
    ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
  });
};
const ask = async (host: string, query: string, authorities?: string[]) => {
  await using connector = open(host, query, authorities);
  return await readAll(await connector.run(uncheckedSql('postgres', 'select 1'), LIMITS));
};

test('a certificate that nobody vouches for is refused', async () => {
  for (const mode of ['verify-full', 'verify-ca']) {
    expect(await problemOf(ask('localhost', `?sslmode=${mode}`))).toMatchObject({
      code: 'sources/tls_refused',
      status: 422,
    });
  }
});

test('a certificate of a trusted authority is for the name that the person gave', async () => {
  expect(await ask('localhost', '?sslmode=verify-full', [LOCALHOST_CERTIFICATE])).toEqual([[1]]);
  expect(await problemOf(ask('127.0.0.1', '?sslmode=verify-full', [LOCALHOST_CERTIFICATE]))).toMatchObject({
    code: 'sources/tls_refused',
  });
  expect(await ask('127.0.0.1', '?sslmode=verify-ca', [LOCALHOST_CERTIFICATE])).toEqual([[1]]);
});

test('unverified TLS works by name only and is a warning', async () => {
  for (const mode of ['require', 'prefer']) {
    await using connector = open('localhost', `?sslmode=${mode}`);
    expect((await connector.describeRights()).warnings).toContain('TLS unverified');
  }
});

test('a source without TLS is refused where TLS was asked for', async () => {
  const plain = createServer((socket) => socket.once('data', () => socket.write('N'))).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  await using connector = connectPostgres(
    parsePostgresUrl(`postgres://u:p@127.0.0.1:${(plain.address() as AddressInfo).port}/d?sslmode=require`),
  );
  expect(await problemOf(connector.introspect())).toMatchObject({ code: 'sources/tls_refused' });
  plain.close();
});

test('a cancel travels encrypted too', async () => {
  await using connector = open('localhost', '?sslmode=verify-full', [LOCALHOST_CERTIFICATE]);
  const controller = new AbortController();
  const stream = await connector.run(
    uncheckedSql('postgres', 'select count(*) from generate_series(1, 1000000000) a, generate_series(1, 1000) b'),
    LIMITS,
    controller.signal,
  );
  controller.abort();
  expect(await problemOf(readAll(stream))).toMatchObject({ code: 'run/cancelled' });
  await using client = await postgres.connect();
  for (let active = 1; active > 0;)
    active = (
      await client.query("select 1 from pg_stat_activity where application_name = 'strongroom' and state = 'active'")
    ).rows.length;
  // A cancel that overtakes its statement is sent again.
  expect(encryptedCancels).toBeGreaterThan(0);
});

test("a wrong password, an unknown user and an unknown database say so, without the source's words", async () => {
  const connectAs = (user: string, password: string, database: string) =>
    connectPostgres(
      parsePostgresUrl(`postgres://${user}:${password}@localhost:${port}/${database}?sslmode=require`),
    ).introspect();
  const { user, password } = postgres.superuser;
  const wrong = await problemOf(connectAs(user, 'wrong', 'postgres'));
  expect(wrong.code).toBe('sources/credentials_refused');
  expect((await problemOf(connectAs('nobody', 'x', 'postgres'))).message).toBe(wrong.message);
  expect((await problemOf(connectAs(user, password, 'nowhere'))).code).toBe('sources/unknown_database');
});

test.each(await everyPostgres())('PostgreSQL $version is spoken to in TLS of its own', async (binaries) => {
  const tls = { certificate: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY };
  await using real = await startPostgres({ binaries, tcp: true, tls });
  const url = real.url().replace('127.0.0.1', 'localhost');
  await using connector = connectPostgres(parsePostgresUrl(`${url}?sslmode=verify-full`), {
    certificateAuthorities: [LOCALHOST_CERTIFICATE],
  });
  const question = 'select ssl, version from pg_stat_ssl where pid = pg_backend_pid()';
  expect(await connector.run(uncheckedSql('postgres', question), LIMITS).then(readAll)).toEqual([[true, 'TLSv1.3']]);
  await using stranger = connectPostgres(parsePostgresUrl(`${url}?sslmode=verify-full`));
  expect(await problemOf(stranger.introspect())).toMatchObject({ code: 'sources/tls_refused' });
});
