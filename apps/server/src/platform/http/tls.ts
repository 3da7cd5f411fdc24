import { createServer as createPlainServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ConfigurationError } from '#config';

const TLS_HANDSHAKE = 22;
/** For the first byte, for the handshake, and for a whole plain request: nobody may hold a connection by saying little. */
const GREETING_MS_MAX = 10_000;

/**
 * HTTPS with TLS 1.2 or newer; plain HTTP on the same port is sent to the public origin. The first byte tells which
 * (a TLS record of type handshake starts with 22, RFC 8446 section 5.1).
 * Throws `ConfigurationError` for a certificate or a key that can not be used.
 */
export function createRedirectingServer(
  options: { certificate: string; key: string; origin(): string },
  listener: RequestListener,
): Server {
  checkCertificate(options);
  const { certificate: cert, key } = options;
  const secure = createTlsServer({ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: GREETING_MS_MAX }, listener);
  const plain = createPlainServer((request, response) => {
    const path = request.url?.startsWith('/') === true ? request.url : '/';
    response.writeHead(308, { location: options.origin() + path, connection: 'close', 'content-length': '0' }).end();
  });
  const handshakes = secure.listeners('connection') as ((socket: Socket) => void)[];
  secure.removeAllListeners('connection');
  const sockets = new Set<Socket>();
  secure.on('connection', (socket: Socket) => {
    sockets.add(socket);
    const discard = () => socket.destroy();
    const late = setTimeout(discard, GREETING_MS_MAX);
    socket.once('close', () => {
      clearTimeout(late);
      sockets.delete(socket);
    });
    socket.once('error', discard);
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null;
      if (first === null) return discard();
      socket.unshift(first);
      socket.removeListener('error', discard);
      if (first[0] !== TLS_HANDSHAKE) return plain.emit('connection', socket);
      clearTimeout(late);
      for (const handshake of handshakes) handshake.call(secure, socket);
    });
  });
  // Node's own knows only connections on which a request has begun; `close` would wait for all others.
  secure.closeAllConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return secure;
}

/** INVARIANT: nothing of what OpenSSL says is passed on; its words name no setting. */
function checkCertificate({ certificate, key }: { certificate: string; key: string }): void {
  if (!isUsable({ cert: certificate }))
    throw new ConfigurationError(['STRONGROOM_TLS_CERT: the file holds no certificate in PEM form']);
  if (!isUsable({ key })) throw new ConfigurationError(['STRONGROOM_TLS_KEY: the file holds no open key in PEM form']);
  if (!isUsable({ cert: certificate, key }))
    throw new ConfigurationError(['STRONGROOM_TLS_KEY: the key does not belong to the certificate']);
}

function isUsable(parts: { cert?: string; key?: string }): boolean {
  try {
    createSecureContext(parts);
    return true;
  } catch {
    return false;
  }
}
