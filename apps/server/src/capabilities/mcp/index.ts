import type { Access } from '#access';
import type { Assistant } from '#assistant';
import type { Catalog } from '#catalog';
import type { AuditWriter, Call } from '#contracts';
import type { Database } from '#platform/database';
import type { Query } from '#query';
import { serve } from './serve.ts';
import { selectRowsAllowed, updateRowsAllowed } from './store.ts';
import { mcpTools } from './tools.ts';

export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';
export { mcpRootRoutes, mcpRoutes } from './routes.ts';

export type Mcp = {
  /** One message of a client, or a batch; see serve.ts. Writes the reply. */
  serve(call: Call<{ body: unknown }, 'signed-in'>): Promise<unknown>;
  readonly rows: {
    allowed(workspaceId: string): Promise<boolean>;
    allow(workspaceId: string, allowed: boolean): Promise<void>;
  };
};

export function createMcp({
  database,
  ...deps
}: {
  database: Database;
  catalog: Pick<Catalog, 'search' | 'show' | 'tablesBySource'>;
  query: Pick<Query, 'run'>;
  assistant: Pick<Assistant, 'ask' | 'history' | 'holdLiterals'>;
  access: Pick<Access, 'allows'>;
  audit: AuditWriter;
  /** Of this server, as people open it: a page of any other is refused. */
  origin: () => string;
  version: string;
}): Mcp {
  const rows: Mcp['rows'] = {
    allowed: (workspaceId) => database.withWorkspace(workspaceId, selectRowsAllowed),
    allow: (workspaceId, allowed) =>
      database.withWorkspace(workspaceId, (within) => updateRowsAllowed(within, workspaceId, allowed)),
  };
  const tools = mcpTools({ ...deps, rowsAllowed: rows.allowed });
  return { serve: (call) => serve({ ...deps, tools }, call), rows };
}
