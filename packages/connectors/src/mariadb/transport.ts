import { type Socket, connect as connectSocket } from 'node:net';
import { ProblemError } from '@strongroom/protocol';
import { cancelled, unavailable } from '../errors.ts';
import { resolveHost } from '../resolve.ts';
import { classifyConnectError, once, type TransportOptions } from '../sockets.ts';
import type { MariadbAddress } from './address.ts';

/** A connected socket, and the checked IP address that it goes to. */
export type Way = { readonly socket: Socket; readonly target: string };

/** Throws run/unavailable, run/cancelled, sources/bad_address. */
export async function openWay(address: MariadbAddress, options: TransportOptions, signal?: AbortSignal): Promise<Way> {
  const targets = await resolveHost(address.host, address.port, address.refused);
  let problem: ProblemError = unavailable('no address');
  for (const target of targets) {
    try {
      return await openWayTo(target, address.port, options, signal);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'run/unavailable') throw error;
      problem = error;
    }
  }
  throw problem;
}

/** `target`: an IP address already checked. */
export async function openWayTo(
  target: string,
  port: number,
  options: TransportOptions,
  signal?: AbortSignal,
): Promise<Way> {
  const deadline = AbortSignal.timeout(options.connectTimeoutMs);
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const socket = connectSocket({ host: target, port, noDelay: true, keepAlive: true });
  const onStop = () => socket.destroy(signal?.aborted === true ? cancelled() : unavailable('connect timeout'));
  stop.addEventListener('abort', onStop, { once: true });
  try {
    await once(socket, 'connect');
    return { socket, target };
  } catch (error) {
    socket.destroy();
    throw classifyConnectError(error as NodeJS.ErrnoException);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
