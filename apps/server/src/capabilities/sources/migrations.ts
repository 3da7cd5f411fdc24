import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'sources_0001_sources',
    sql: `
create table sources (
  workspace_id uuid not null,
  id uuid primary key,
  name text not null,
  kind text not null check (kind in ('postgres', 'file')),
  owner_id uuid not null,
  location text not null,
  status text not null check (status in ('ready', 'unavailable')),
  warnings text[] not null,
  table_count integer not null,
  sealed_address bytea,
  file_id uuid references files (id),
  is_sample boolean not null,
  created_at timestamptz not null,
  refreshed_at timestamptz,
  unique (workspace_id, name)
);
alter table sources enable row level security;
alter table sources force row level security;
create policy sources_workspace on sources using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on sources to strongroom_app;

create table sources_sample (
  workspace_id uuid primary key,
  offered_at timestamptz not null
);
alter table sources_sample enable row level security;
alter table sources_sample force row level security;
create policy sources_sample_workspace on sources_sample using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert on sources_sample to strongroom_app;
`,
  },
  {
    id: 'sources_0002_schema_version',
    sql: `alter table sources add column schema_version uuid not null default gen_random_uuid();`,
  },
  {
    id: 'sources_0003_mariadb',
    sql: `
alter table sources drop constraint sources_kind_check;
alter table sources add constraint sources_kind_check check (kind in ('postgres', 'mariadb', 'file'));
`,
  },
];
