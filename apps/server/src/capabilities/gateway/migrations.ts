import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'gateway_0001_keys',
    sql: `
      -- Of a key (an API token) or a person. null: nobody said anything.
      create table gateway_limits (
        workspace_id uuid not null,
        subject text not null check (subject in ('key', 'person')),
        subject_id uuid not null,
        models text[],
        requests_per_minute int,
        tokens_per_day bigint,
        tokens_per_month bigint,
        keep_days int,
        primary key (workspace_id, subject, subject_id)
      );
      alter table gateway_limits enable row level security;
      alter table gateway_limits force row level security;
      create policy gateway_limits_workspace on gateway_limits using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on gateway_limits to strongroom_app;

      create table gateway_usage (
        workspace_id uuid not null,
        key_id uuid not null,
        person_id uuid not null,
        model text not null,
        day date not null,
        requests bigint not null,
        failures bigint not null,
        input_tokens bigint not null,
        output_tokens bigint not null,
        duration_ms bigint not null,
        primary key (workspace_id, key_id, model, day)
      );
      create index gateway_usage_person on gateway_usage (workspace_id, person_id, day);
      alter table gateway_usage enable row level security;
      alter table gateway_usage force row level security;
      create policy gateway_usage_workspace on gateway_usage using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on gateway_usage to strongroom_app;

      create table gateway_calls (
        workspace_id uuid not null,
        id uuid primary key,
        key_id uuid not null,
        person_id uuid not null,
        at timestamptz not null,
        expires_at timestamptz not null,
        sealed bytea not null
      );
      create index gateway_calls_person on gateway_calls (workspace_id, person_id, id desc);
      create index gateway_calls_expiry on gateway_calls (workspace_id, expires_at);
      alter table gateway_calls enable row level security;
      alter table gateway_calls force row level security;
      create policy gateway_calls_workspace on gateway_calls using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      -- Whose they are; and what has expired, for who removes it.
      create policy gateway_calls_person on gateway_calls as restrictive
        using (person_id = nullif(current_setting('strongroom.person', true), '')::uuid or expires_at <= now() or strongroom.workspace_erased())
        with check (person_id = nullif(current_setting('strongroom.person', true), '')::uuid);
      grant select, insert, delete on gateway_calls to strongroom_app;
    `,
  },
];
