import type { Session } from '../../session.ts';

export async function rotateRoot({ server, terminal }: Session): Promise<void> {
  const result = await server.call<{ rootVersion: number; workspaces: number }>('POST', 'vault/root:rotate');
  if (terminal.json) terminal.printJson(result);
  else
    terminal.line(
      `root key ${result.rootVersion} wraps the keys of ${result.workspaces} workspaces; older ones are gone`,
    );
}
