import type { McpSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function set({ server, terminal }: Session, rows: boolean): Promise<void> {
  const settings = await server.call<McpSettings>('PUT', 'settings/mcp', { body: { rows } });
  if (terminal.json) terminal.printJson(settings);
  else terminal.line(saysMcpRows(settings));
}

export function saysMcpRows({ rows }: McpSettings): string {
  return rows ? 'MCP clients get rows' : 'MCP clients get no rows';
}
