import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'mcp_0001_settings',
    sql: `
      -- No row: nothing was changed from what a new workspace has.
      create table mcp_settings (
        workspace_id uuid primary key,
        rows_allowed boolean not null
      );
      alter table mcp_settings enable row level security;
      alter table mcp_settings force row level security;
      create policy mcp_settings_workspace on mcp_settings
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update on mcp_settings to strongroom_app;
    `,
  },
];
