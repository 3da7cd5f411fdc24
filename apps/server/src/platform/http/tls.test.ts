import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#config';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '@strongroom/testkit';
import { createRedirectingServer } from './tls.ts';

const GOOD = { certificate: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY, origin: () => 'https://localhost' };

async function listen() {
  const server = createRedirectingServer(GOOD, (_request, response) => response.write('and so on'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

test('closing all connections ends also those that never said enough to be a request', { timeout: 5_000 }, async () => {
  const { server, port } = await listen();
  const open = async (firstBytes: string): Promise<Socket> => {
    const accepted = once(server, 'connection');
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await Promise.all([once(socket, 'connect'), accepted]);
    if (firstBytes !== '') await new Promise((resolve) => socket.write(firstBytes, resolve));
    return socket.resume();
  };
  const silent = [await open(''), await open('GET / HT'), await open('\u0016\u0003')];
  const streaming = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: LOCALHOST_CERTIFICATE });
  streaming.on('error', () => {}).write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(streaming, 'data');
  const ended = [...silent, streaming].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await Promise.all([...ended, closed]);
});

test.each([
  ['STRONGROOM_TLS_CERT', { ...GOOD, certificate: 'no certificate' }],
  ['STRONGROOM_TLS_KEY', { ...GOOD, key: 'no key' }],
  ['STRONGROOM_TLS_KEY', { ...GOOD, key: otherKey() }],
])('%s that does not fit is named, and nothing of the key is said', (setting, options) => {
  expect(() => createRedirectingServer(options, () => {})).toThrow(ConfigurationError);
  expect(() => createRedirectingServer(options, () => {})).toThrow(new RegExp(`^${setting}: `));
});

function otherKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
}
