import { type Socket, connect as connectSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProblemError } from '@strongroom/protocol';
import { cancelled, unavailable } from '../errors.ts';
import { classifyConnectError, once, tlsOptions, tlsRefused, type TransportOptions } from '../sockets.ts';
import type { PostgresAddress } from './address.ts';
import { sslRequest } from './messages.ts';
import { resolveHost } from '../resolve.ts';

export type Transport = {
  readonly socket: Socket;
  readonly isEncrypted: boolean;
  /** True on a path that leaves this machine unprotected; a password is not sent in the clear over it. */
  readonly isExposed: boolean;
  /** Opens a second way to the very same endpoint, with the same protection: for a cancel. */
  again(): Promise<Transport>;
};

/** Opens a byte stream to the source, encrypted as the address demands. Throws run/unavailable, run/cancelled, sources/tls_refused, sources/bad_address. */
export async function openTransport(
  address: PostgresAddress,
  options: TransportOptions,
  signal?: AbortSignal,
): Promise<Transport> {
  if (address.kind === 'socket') return openAt(address, `${address.folder}/.s.PGSQL.${address.port}`, options, signal);
  const targets = await resolveHost(address.host, address.port, address.refused);
  let problem: ProblemError = unavailable('no address');
  for (const target of targets) {
    try {
      return await openAt(address, target, options, signal);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'run/unavailable') throw error;
      problem = error;
    }
  }
  throw problem;
}

/** `target` is an IP address already checked, or the path of a socket. */
async function openAt(
  address: PostgresAddress,
  target: string,
  options: TransportOptions,
  signal?: AbortSignal,
): Promise<Transport> {
  const deadline = AbortSignal.timeout(options.connectTimeoutMs);
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const plain =
    address.kind === 'socket'
      ? connectSocket(target)
      : connectSocket({ host: target, port: address.port, noDelay: true, keepAlive: true });
  const onStop = () => plain.destroy(signal?.aborted === true ? cancelled() : unavailable('connect timeout'));
  stop.addEventListener('abort', onStop, { once: true });
  try {
    await once(plain, 'connect');
    const again = () => openAt(address, target, options);
    if (address.kind === 'socket') return { socket: plain, isEncrypted: false, isExposed: false, again };
    const isLoopback =
      plain.remoteAddress === '::1' || (plain.remoteAddress ?? '').replace('::ffff:', '').startsWith('127.');
    if (address.tls === 'off') return { socket: plain, isEncrypted: false, isExposed: !isLoopback, again };
    const answer = await askForTls(plain);
    if (answer === 'S') {
      const socket = connectTls({ socket: plain, ...tlsOptions(address, options) });
      await once(socket, 'secureConnect');
      return { socket, isEncrypted: true, isExposed: false, again };
    }
    if (answer !== 'N') throw unavailable('not PostgreSQL');
    if (address.tls !== 'optional')
      throw tlsRefused('the source offers no TLS; `sslmode=disable` does without, if you accept that');
    return { socket: plain, isEncrypted: false, isExposed: !isLoopback, again };
  } catch (error) {
    plain.destroy();
    throw classifyConnectError(error as NodeJS.ErrnoException);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

async function askForTls(socket: Socket): Promise<string> {
  socket.write(sslRequest());
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      resolve(chunk);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(unavailable('closed')));
  });
  // Bytes after the answer would be read as if they had come encrypted.
  return answer.length === 1 ? answer.toString('latin1') : '';
}
