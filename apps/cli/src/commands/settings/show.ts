import type { AccessSettings, AssistantSettings, McpSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';
import { saysHoldLiterals } from './hold-literals.ts';
import { saysMcpRows } from './mcp-rows.ts';
import { saysRunSql } from './run-sql.ts';

export async function show({ server, terminal }: Session): Promise<void> {
  const access = await server.call<AccessSettings>('GET', 'settings/access');
  const assistant = await server.call<AssistantSettings>('GET', 'settings/assistant');
  const mcp = await server.call<McpSettings>('GET', 'settings/mcp');
  if (terminal.json) return terminal.printJson({ ...access, ...assistant, mcpRows: mcp.rows });
  terminal.line(saysRunSql(access));
  terminal.line(saysHoldLiterals(assistant));
  terminal.line(saysMcpRows(mcp));
}
