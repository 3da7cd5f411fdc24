import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'access_0001_source_grants',
    sql: `
      create table source_grants (
        workspace_id uuid not null,
        source_id uuid not null,
        subject_kind text not null check (subject_kind in ('everyone', 'person', 'team')),
        -- The workspace's own id for everyone.
        subject_id uuid not null,
        granted_by uuid,
        granted_at timestamptz not null default now(),
        primary key (workspace_id, source_id, subject_kind, subject_id)
      );
      create index source_grants_subject on source_grants (workspace_id, subject_kind, subject_id);
      alter table source_grants enable row level security;
      alter table source_grants force row level security;
      create policy source_grants_workspace on source_grants
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, delete on source_grants to strongroom_app;
    `,
  },
  {
    id: 'access_0002_policies',
    sql: `
      create table source_policies (
        workspace_id uuid not null,
        source_id uuid not null,
        -- New at each change; the object of the vault it is sealed under.
        id uuid not null,
        sealed bytea not null,
        applied_by uuid,
        applied_at timestamptz not null default now(),
        primary key (workspace_id, source_id)
      );
      alter table source_policies enable row level security;
      alter table source_policies force row level security;
      create policy source_policies_workspace on source_policies
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, delete on source_policies to strongroom_app;

      -- No row: nothing was changed from what a new workspace has.
      create table access_settings (
        workspace_id uuid primary key,
        run_sql boolean not null
      );
      alter table access_settings enable row level security;
      alter table access_settings force row level security;
      create policy access_settings_workspace on access_settings
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update on access_settings to strongroom_app;
    `,
  },
];
