import { createServer } from 'node:net';
import { ProblemError } from '@strongroom/protocol';

/** One line for a server that can't listen. */
export function listenFailed(error: unknown, host: string, port: number): ProblemError {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE')
    return new ProblemError('http/port_taken', 500, `port ${port} is taken; stop what uses it, or set STRONGROOM_PORT`);
  if (code === 'EACCES')
    return new ProblemError(
      'http/cannot_listen',
      500,
      `port ${port} needs more rights; set STRONGROOM_PORT to 1024 or more`,
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ProblemError(
      'http/cannot_listen',
      500,
      `this machine has no address \`${host}\`; check STRONGROOM_HOST`,
    );
  return new ProblemError('http/cannot_listen', 500, `can't listen on \`${host}\` port ${port}`, {
    internal: String(code),
  });
}

/** Says that a port is taken before anything is started; the real `listen` decides. Throws as `listenFailed`. */
export async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    throw listenFailed(error, host, port);
  }
  await new Promise((resolve) => server.close(resolve));
}
