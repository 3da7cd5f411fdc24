import type { AccessSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';
import { sqlLine } from './show.ts';

export async function set({ server, terminal }: Session, runSql: boolean): Promise<void> {
  const settings = await server.call<AccessSettings>('PUT', 'settings/access', { body: { runSql } });
  if (terminal.json) terminal.printJson(settings);
  else terminal.line(sqlLine(settings));
}
