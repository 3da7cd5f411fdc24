import type { FastifyReply } from 'fastify';
import type { Asker } from '#contracts';
import type { IdentityDeps } from './deps.ts';
import { identityProblems } from './errors.ts';
import { sessionCookieName } from './start-session.ts';
import { deleteSession } from './secret-store.ts';

/** Signs out: the session is gone, what it runs stops, and the browser forgets what it kept of us. */
export async function endSession(deps: IdentityDeps, asker: Asker, reply: FastifyReply): Promise<void> {
  const { sessionId } = asker;
  if (sessionId === null) throw identityProblems.noSession();
  await deps.database.withWorkspace(asker.workspaceId, (within) => deleteSession(within, sessionId));
  deps.sessionEnded({ sessionId });
  reply.clearCookie(sessionCookieName(deps.config), {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: deps.config.tls !== null,
  });
  reply.header('clear-site-data', '"cache", "storage"');
}
