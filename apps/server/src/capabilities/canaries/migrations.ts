import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'canaries_0001_canaries',
    sql: `
      create table canaries (
        workspace_id uuid not null,
        -- The object of the vault that the token is sealed under.
        id uuid primary key,
        name text not null,
        sealed bytea not null,
        planted_at timestamptz not null,
        found_count integer not null default 0,
        found_at timestamptz,
        unique (workspace_id, name)
      );
      alter table canaries enable row level security;
      alter table canaries force row level security;
      create policy canaries_workspace on canaries
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on canaries to strongroom_app;
    `,
  },
];
