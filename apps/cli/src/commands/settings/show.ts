import type { AccessSettings, McpSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function show({ server, terminal }: Session): Promise<void> {
  const access = await server.call<AccessSettings>('GET', 'settings/access');
  const mcp = await server.call<McpSettings>('GET', 'settings/mcp');
  if (terminal.json) return terminal.printJson({ ...access, mcpRows: mcp.rows });
  terminal.line(sqlLine(access));
  terminal.line(mcpLine(mcp));
}

export function sqlLine({ runSql }: AccessSettings): string {
  return runSql ? 'SQL may run, on sources that are shared' : 'no SQL may run';
}

export function mcpLine({ rows }: McpSettings): string {
  return rows ? 'MCP clients get rows' : 'MCP clients get no rows';
}
