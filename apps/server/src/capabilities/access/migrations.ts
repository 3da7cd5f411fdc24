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
];
