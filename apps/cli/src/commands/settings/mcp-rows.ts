import type { McpSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';
import { mcpLine } from './show.ts';

export async function set({ server, terminal }: Session, rows: boolean): Promise<void> {
  const settings = await server.call<McpSettings>('PUT', 'settings/mcp', { body: { rows } });
  if (terminal.json) terminal.printJson(settings);
  else terminal.line(mcpLine(settings));
}
