import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'assistant_0001_questions',
    sql: `
create table questions (
  workspace_id uuid not null,
  id uuid primary key,
  person_id uuid not null,
  asked_at timestamptz not null,
  sealed bytea not null
);
create index questions_of_person on questions (workspace_id, person_id, id desc);
alter table questions enable row level security;
alter table questions force row level security;
create policy questions_workspace on questions using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
create policy questions_person on questions as restrictive
  using (person_id = nullif(current_setting('strongroom.person', true), '')::uuid or strongroom.workspace_erased())
  with check (person_id = nullif(current_setting('strongroom.person', true), '')::uuid);
grant select, insert, update, delete on questions to strongroom_app;
`,
  },
];
