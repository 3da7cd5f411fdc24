import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'vault_0001_keys',
    sql: `
      create table vault_workspace_keys (
        workspace_id uuid not null,
        version integer not null check (version > 0),
        wrapper text not null,
        wrapped_key bytea not null,
        created_at timestamptz not null default now(),
        primary key (workspace_id, version)
      );
      alter table vault_workspace_keys enable row level security;
      alter table vault_workspace_keys force row level security;
      create policy vault_workspace_keys_workspace on vault_workspace_keys
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on vault_workspace_keys to strongroom_app;

      create table vault_object_keys (
        workspace_id uuid not null,
        object_id uuid not null,
        key_version integer not null,
        wrapped_key bytea not null,
        commitment bytea not null,
        created_at timestamptz not null default now(),
        primary key (workspace_id, object_id)
      );
      alter table vault_object_keys enable row level security;
      alter table vault_object_keys force row level security;
      create policy vault_object_keys_workspace on vault_object_keys
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on vault_object_keys to strongroom_app;
    `,
  },
];
