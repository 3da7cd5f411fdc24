import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    // Unlogged: a heartbeat writes no WAL and waits for no disk. After a crash of the database it is empty, and every lease has lapsed.
    // A lease goes with the session, token or person it belongs to, so that one that is ended anywhere ends here.
    id: 'query_0001_leases',
    sql: `
      create unlogged table query_leases (
        workspace_id uuid not null,
        id uuid primary key,
        person_id uuid not null references people on delete cascade,
        session_id uuid references sessions on delete cascade,
        token_id uuid references api_tokens on delete cascade,
        expires_at timestamptz not null
      );
      create index query_leases_person on query_leases (person_id);
      create index query_leases_session on query_leases (session_id);
      create index query_leases_token on query_leases (token_id);
      alter table query_leases enable row level security;
      alter table query_leases force row level security;
      create policy query_leases_workspace on query_leases using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update, delete on query_leases to strongroom_app;
    `,
  },
];
