import type { AccessSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';
import type { Terminal } from '../../terminal.ts';

export async function show({ server, terminal }: Session): Promise<void> {
  print(terminal, await server.call<AccessSettings>('GET', 'settings/access'));
}

export async function set({ server, terminal }: Session, runSql: boolean): Promise<void> {
  print(terminal, await server.call<AccessSettings>('PUT', 'settings/access', { body: { runSql } }));
}

function print(terminal: Terminal, settings: AccessSettings): void {
  if (terminal.json) terminal.printJson(settings);
  else terminal.line(settings.runSql ? 'SQL may run, on sources that are shared' : 'no SQL may run');
}
