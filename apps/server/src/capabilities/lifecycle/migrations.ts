import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'lifecycle_0001_erasures',
    sql: `
      -- Ids and times only: what was erased must not live on in here.
      create table lifecycle_erasures (
        workspace_id uuid not null,
        id uuid not null,
        kind text not null check (kind in ('person', 'source', 'question')),
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
    `,
  },
];
