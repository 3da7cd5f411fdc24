import { mcpSettingsSchema } from '@strongroom/protocol';
import { z } from 'zod';
import { type Verb, verb } from '#contracts';
import { mcpProblems } from './errors.ts';
import type { Mcp } from './index.ts';

export function mcpRoutes(mcp: Mcp): Verb[] {
  return [
    verb({
      name: 'mcp.show-settings',
      method: 'GET',
      path: '/settings/mcp',
      summary: 'Whether MCP clients get rows',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: mcpSettingsSchema,
      handle: async ({ asker }) => ({ rows: await mcp.rows.allowed(asker.workspaceId) }),
    }),
    verb({
      name: 'mcp.change-settings',
      method: 'PUT',
      path: '/settings/mcp',
      summary: 'Let MCP clients have rows, or withhold them',
      permission: 'workspace.manage',
      audit: 'mcp.settings_changed',
      input: z.object({ body: mcpSettingsSchema }),
      output: mcpSettingsSchema,
      resource: ({ body }) => (body.rows ? 'rows to MCP clients: on' : 'rows to MCP clients: off'),
      handle: async ({ asker, input }) => {
        await mcp.rows.allow(asker.workspaceId, input.body.rows);
        return input.body;
      },
    }),
  ];
}

/** At the path that clients know, not below `/api/v1`. */
export function mcpRootRoutes(mcp: Mcp): Verb[] {
  return [
    verb({
      name: 'mcp.serve',
      method: 'POST',
      path: '/mcp',
      summary: 'Model Context Protocol: a message of a client, with a token; its tools are verbs of their own',
      permission: 'signed-in',
      // Each tool has entries of its own; what is refused before one is `mcp.refused`.
      audit: null,
      auditsItself: true,
      input: z.object({ body: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]) }),
      output: null,
      handle: (call) => mcp.serve(call),
    }),
    verb({
      name: 'mcp.listen',
      method: 'GET',
      path: '/mcp',
      summary: 'No stream: clients that ask for one go on without',
      permission: 'signed-in',
      audit: null,
      input: z.object({}),
      output: null,
      handle: async ({ reply }) => {
        reply.header('allow', 'POST');
        throw mcpProblems.noStream();
      },
    }),
  ];
}
