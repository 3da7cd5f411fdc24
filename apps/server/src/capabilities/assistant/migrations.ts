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
  {
    id: 'assistant_0002_settings',
    sql: `
-- No row: nothing was changed from what a new workspace has.
create table assistant_settings (
  workspace_id uuid primary key,
  hold_literals boolean not null
);
alter table assistant_settings enable row level security;
alter table assistant_settings force row level security;
create policy assistant_settings_workspace on assistant_settings
  using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update on assistant_settings to strongroom_app;
`,
  },
  {
    id: 'assistant_0003_preferences',
    sql: `
create table preferences (
  workspace_id uuid not null,
  id uuid primary key,
  person_id uuid not null,
  added_at timestamptz not null,
  sealed bytea not null
);
create index preferences_of_person on preferences (workspace_id, person_id, id);
alter table preferences enable row level security;
alter table preferences force row level security;
create policy preferences_workspace on preferences using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
create policy preferences_person on preferences as restrictive
  using (person_id = nullif(current_setting('strongroom.person', true), '')::uuid or strongroom.workspace_erased())
  with check (person_id = nullif(current_setting('strongroom.person', true), '')::uuid);
grant select, insert, delete on preferences to strongroom_app;
`,
  },
];
