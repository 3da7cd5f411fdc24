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
  {
    id: 'egress_0002_budgets',
    sql: `
      -- null: as many tokens as are asked for.
      alter table egress_settings add column tokens_per_day bigint, add column tokens_per_person_per_day bigint;
      create table egress_usage (
        workspace_id uuid not null,
        day date not null,
        person_id uuid not null,
        questions int not null,
        tokens bigint not null,
        primary key (workspace_id, day, person_id)
      );
      alter table egress_usage enable row level security;
      alter table egress_usage force row level security;
      create policy egress_usage_workspace on egress_usage
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on egress_usage to strongroom_app;
    `,
  },
];
