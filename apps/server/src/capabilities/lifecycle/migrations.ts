import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'lifecycle_0001_erasures',
    sql: `
      -- Ids and times only: what was erased must not live on in here.
      create table lifecycle_erasures (
        workspace_id uuid not null,
        id uuid not null,
        kind text not null check (kind in ('person', 'source', 'question', 'workspace')),
        subject_id uuid not null,
        object_ids uuid[] not null,
        object_kinds text[] not null,
        requested_by uuid not null,
        requested_at timestamptz not null,
        request_entry uuid not null,
        due_at timestamptz not null,
        final_at timestamptz,
        end_entry uuid,
        primary key (workspace_id, id)
      );
      create index lifecycle_erasures_open on lifecycle_erasures (workspace_id, due_at) where end_entry is null;
      alter table lifecycle_erasures enable row level security;
      alter table lifecycle_erasures force row level security;
      create policy lifecycle_erasures_workspace on lifecycle_erasures
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update on lifecycle_erasures to strongroom_app;

      -- Every row of a workspace whose keys are destroyed, in every table there is, so that none can be forgotten here.
      -- What refers to others goes before them: a table that can't be emptied yet is tried again.
      create function strongroom.lifecycle_drop_workspace() returns void language plpgsql volatile security definer
        set search_path = strongroom, pg_temp
        as $$
          declare
            name text;
            waiting boolean := true;
          begin
            if not strongroom.workspace_erased() then
              raise exception 'the workspace is not erased';
            end if;
            while waiting loop
              waiting := false;
              for name in
                select columns.table_name from information_schema.columns
                where table_schema = 'strongroom' and column_name = 'workspace_id' and table_name <> 'vault_places'
              loop
                begin
                  execute format('delete from strongroom.%I where workspace_id = strongroom.current_workspace()', name);
                exception when foreign_key_violation then
                  waiting := true;
                end;
              end loop;
            end loop;
          end $$;
      revoke all on function strongroom.lifecycle_drop_workspace from public;
      grant execute on function strongroom.lifecycle_drop_workspace to strongroom_app;
    `,
  },
];
