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
        commitment bytea not null,
        birth_entry uuid,
        created_at timestamptz not null default now(),
        primary key (workspace_id, version)
      );
      alter table vault_workspace_keys enable row level security;
      alter table vault_workspace_keys force row level security;
      create policy vault_workspace_keys_workspace on vault_workspace_keys
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on vault_workspace_keys to strongroom_app;

      -- Where new keys are wrapped. A birth holds the row for share, so that a move to another place waits for it.
      create table vault_places (
        workspace_id uuid primary key,
        key_version integer not null,
        epoch integer not null check (epoch > 0),
        -- Once set nothing is sealed or opened in the workspace any more, and its rows may be dropped.
        erased_at timestamptz
      );
      alter table vault_places enable row level security;
      alter table vault_places force row level security;
      create policy vault_places_workspace on vault_places
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on vault_places to strongroom_app;

      create function strongroom.workspace_erased() returns boolean language sql stable security definer
        set search_path = strongroom, pg_temp
        as $$ select exists (
          select from vault_places where workspace_id = strongroom.current_workspace() and erased_at is not null
        ) $$;
      revoke all on function strongroom.workspace_erased from public;
      grant execute on function strongroom.workspace_erased to strongroom_app;

      create table vault_object_keys (
        workspace_id uuid not null,
        object_id uuid not null,
        key_version integer not null,
        epoch integer not null,
        wrapped_key bytea not null,
        commitment bytea not null,
        birth_entry uuid,
        created_at timestamptz not null default now(),
        primary key (workspace_id, object_id)
      );
      alter table vault_object_keys enable row level security;
      alter table vault_object_keys force row level security;
      create policy vault_object_keys_workspace on vault_object_keys
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on vault_object_keys to strongroom_app;

      create table vault_destructions (
        workspace_id uuid not null,
        object_id uuid not null,
        commitment bytea not null,
        epoch integer not null,
        birth_entry uuid,
        destruction_entry uuid not null,
        destroyed_at timestamptz not null,
        final_entry uuid,
        final_at timestamptz,
        primary key (workspace_id, object_id, commitment)
      );
      create index vault_destructions_pending on vault_destructions (workspace_id, epoch) where final_at is null;
      alter table vault_destructions enable row level security;
      alter table vault_destructions force row level security;
      create policy vault_destructions_workspace on vault_destructions
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on vault_destructions to strongroom_app;

      -- A root key wraps the keys of all workspaces: whoever turns it needs to know which there are, and nothing else of them.
      create function strongroom.vault_workspaces() returns table (workspace_id uuid) language sql stable security definer
        set search_path = strongroom, pg_temp
        as $$ select distinct keys.workspace_id from vault_workspace_keys keys $$;
      revoke all on function strongroom.vault_workspaces from public;
      grant execute on function strongroom.vault_workspaces to strongroom_app;
    `,
  },
];
