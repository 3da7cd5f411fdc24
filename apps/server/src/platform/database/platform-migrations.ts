import type { Migration } from '#contracts';

/** Before every capability's own: the two settings that row-level security reads, and the role everything runs as. */
export const platformMigrations: Migration[] = [
  {
    id: 'platform_0000_ground',
    sql: `
      create function strongroom.current_workspace() returns uuid language sql stable parallel safe
        as $$ select nullif(current_setting('strongroom.workspace', true), '')::uuid $$;
      create function strongroom.current_lookup() returns text language sql stable parallel safe
        as $$ select nullif(current_setting('strongroom.lookup', true), '') $$;

      do $$ begin
        create role strongroom_app nosuperuser nobypassrls nocreatedb nocreaterole noinherit nologin;
      exception when duplicate_object or unique_violation then null;
      end $$;
      revoke all on schema strongroom from public;
      grant usage on schema strongroom to strongroom_app;
    `,
  },
];
