import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'identity_0001_people',
    sql: `
      create table workspaces (
        workspace_id uuid primary key,
        name text not null unique,
        created_at timestamptz not null
      );
      alter table workspaces enable row level security;
      alter table workspaces force row level security;
      create policy workspaces_workspace on workspaces using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      create policy workspaces_lookup on workspaces for select using ('workspace:' || name = strongroom.current_lookup());
      grant select, insert on workspaces to strongroom_app;

      create table people (
        id uuid primary key,
        workspace_id uuid not null references workspaces on delete cascade,
        role text not null check (role in ('admin', 'editor', 'viewer')),
        -- The local administrator, found without a key: the start needs them while the keys' holder is away too.
        local boolean not null default false,
        sealed bytea not null,
        -- Null: removed; the keys and the row go next.
        email_index bytea,
        subject_index bytea,
        created_at timestamptz not null,
        last_sign_in_at timestamptz,
        unique (workspace_id, email_index),
        unique (workspace_id, subject_index)
      );
      create unique index people_local on people (workspace_id) where local and email_index is not null;
      alter table people enable row level security;
      alter table people force row level security;
      create policy people_workspace on people using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on people to strongroom_app;

      create table teams (
        id uuid primary key,
        workspace_id uuid not null references workspaces on delete cascade,
        name text not null,
        created_at timestamptz not null,
        unique (workspace_id, name)
      );
      alter table teams enable row level security;
      alter table teams force row level security;
      create policy teams_workspace on teams using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on teams to strongroom_app;

      create table team_members (
        workspace_id uuid not null,
        team_id uuid not null references teams on delete cascade,
        person_id uuid not null references people on delete cascade,
        primary key (team_id, person_id)
      );
      create index team_members_person on team_members (person_id);
      alter table team_members enable row level security;
      alter table team_members force row level security;
      create policy team_members_workspace on team_members using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, delete on team_members to strongroom_app;

      create table sessions (
        id uuid primary key,
        workspace_id uuid not null,
        person_id uuid not null references people on delete cascade,
        secret_hash text not null unique,
        created_at timestamptz not null,
        last_seen_at timestamptz not null,
        expires_at timestamptz not null
      );
      create index sessions_person on sessions (person_id);
      alter table sessions enable row level security;
      alter table sessions force row level security;
      create policy sessions_workspace on sessions using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      create policy sessions_lookup on sessions for select using (secret_hash = strongroom.current_lookup());
      grant select, insert, update, delete on sessions to strongroom_app;

      create table api_tokens (
        id uuid primary key,
        workspace_id uuid not null,
        person_id uuid not null references people on delete cascade,
        created_by uuid references people on delete set null,
        -- Null: the token in admin.token, which has no name of anybody's.
        sealed bytea,
        local boolean not null default false,
        scopes text[] not null,
        secret_hash text not null unique,
        created_at timestamptz not null,
        expires_at timestamptz,
        last_used_at timestamptz
      );
      create index api_tokens_person on api_tokens (person_id);
      alter table api_tokens enable row level security;
      alter table api_tokens force row level security;
      create policy api_tokens_workspace on api_tokens using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      create policy api_tokens_lookup on api_tokens for select using (secret_hash = strongroom.current_lookup());
      grant select, insert, update, delete on api_tokens to strongroom_app;

      create table sign_in_links (
        id uuid primary key,
        workspace_id uuid not null,
        person_id uuid not null references people on delete cascade,
        secret_hash text not null unique,
        expires_at timestamptz not null
      );
      alter table sign_in_links enable row level security;
      alter table sign_in_links force row level security;
      create policy sign_in_links_workspace on sign_in_links using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      create policy sign_in_links_lookup on sign_in_links for select using (secret_hash = strongroom.current_lookup());
      grant select, insert, delete on sign_in_links to strongroom_app;
    `,
  },
  {
    // null: the person themself, or for a link the start, which makes it for the local administrator.
    id: 'identity_0002_who_made',
    sql: `
      alter table sign_in_links add column made_by uuid references people on delete cascade;
      alter table sessions add column made_by uuid references people on delete cascade;
      create index sign_in_links_made_by on sign_in_links (made_by);
      create index sessions_made_by on sessions (made_by);
      create index api_tokens_created_by on api_tokens (created_by);
    `,
  },
];
