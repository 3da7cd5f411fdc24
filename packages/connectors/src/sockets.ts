import { type Socket, isIP } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { ProblemError } from '@strongroom/protocol';
import { unavailable } from './errors.ts';
import type { TlsMode } from './postgres/address.ts';

// What every way to a source over a network has.

export type TransportOptions = {
  readonly connectTimeoutMs: number;
  readonly certificateAuthorities?: readonly string[];
};

export function tlsOptions(address: { host: string; tls: TlsMode }, options: TransportOptions): ConnectionOptions {
  const isVerified = address.tls === 'verified' || address.tls === 'verified-chain';
  return {
    // The name the person gave is what the certificate must be for, though the address was resolved and pinned.
    host: address.host,
    ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: isVerified,
    ...(address.tls === 'verified' ? {} : { checkServerIdentity: () => undefined }),
    ...(options.certificateAuthorities === undefined ? {} : { ca: [...options.certificateAuthorities] }),
  };
}

export function once(socket: Socket | TLSSocket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => {
      socket.off('error', reject);
      // Whoever takes the socket over listens too; without a listener an error would end the process.
      socket.on('error', () => {});
      resolve();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(unavailable('closed')));
  });
}

const CERTIFICATE_CODES =
  /^(CERT_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|HOSTNAME_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

export function classifyConnectError(error: NodeJS.ErrnoException): ProblemError {
  if (error instanceof ProblemError) return error;
  const code = error.code ?? 'connect failed';
  if (CERTIFICATE_CODES.test(code)) return tlsRefused('the certificate of the source could not be verified', code);
  return unavailable(code);
}

export const tlsRefused = (message: string, internal = 'no TLS') =>
  new ProblemError('sources/tls_refused', 422, message, { internal });
