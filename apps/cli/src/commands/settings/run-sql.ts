import type { AccessSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function set({ server, terminal }: Session, runSql: boolean): Promise<void> {
  const settings = await server.call<AccessSettings>('PUT', 'settings/access', { body: { runSql } });
  if (terminal.json) terminal.printJson(settings);
  else terminal.line(saysRunSql(settings));
}

export function saysRunSql({ runSql }: AccessSettings): string {
  return runSql ? 'SQL may run, on sources that are shared' : 'no SQL may run';
}
