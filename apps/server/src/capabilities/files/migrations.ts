import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'files_0001_files',
    sql: `
create table files (
  workspace_id uuid not null,
  id uuid primary key,
  name text not null,
  format text not null check (format in ('csv', 'tsv', 'json', 'parquet')),
  size_bytes bigint not null,
  header boolean,
  state text not null check (state in ('receiving', 'uploaded', 'kept')),
  uploaded_by uuid not null,
  uploaded_at timestamptz not null,
  expires_at timestamptz
);
create index files_expires on files (workspace_id, expires_at) where expires_at is not null;
alter table files enable row level security;
alter table files force row level security;
create policy files_workspace on files using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on files to strongroom_app;
`,
  },
];
