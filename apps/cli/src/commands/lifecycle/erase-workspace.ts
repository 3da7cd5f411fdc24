import type { Session } from '../../session.ts';

/** The certificate as it is, byte for byte; nobody is left to ask for it again. */
export async function eraseWorkspace({ server, terminal }: Session, name: string): Promise<void> {
  const response = await server.open('POST', 'workspace:erase', { body: { name } });
  terminal.line((await response.text()).trimEnd());
  terminal.warn('the workspace is gone; a server that starts anew makes a new one');
}
