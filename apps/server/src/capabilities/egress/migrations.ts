import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'egress_0001_settings',
    sql: `
      -- No row: nothing was changed from what a new workspace has.
      create table egress_settings (
        workspace_id uuid primary key,
        use_model boolean not null,
        -- null: wherever the endpoint is.
        region text
      );
      alter table egress_settings enable row level security;
      alter table egress_settings force row level security;
      create policy egress_settings_workspace on egress_settings
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update on egress_settings to strongroom_app;
    `,
  },
];
