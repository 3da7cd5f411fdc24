import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'catalog_0001_tables',
    sql: `
create table catalog_tables (
  workspace_id uuid not null,
  id uuid primary key,
  source_id uuid not null references sources (id) on delete cascade,
  position integer not null,
  schema_name text not null,
  table_name text not null,
  kind text not null,
  comment text,
  primary_key jsonb not null,
  unique_keys jsonb not null,
  foreign_keys jsonb not null,
  unique (source_id, schema_name, table_name)
);
alter table catalog_tables enable row level security;
alter table catalog_tables force row level security;
create policy catalog_tables_workspace on catalog_tables using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_tables to strongroom_app;

create table catalog_columns (
  workspace_id uuid not null,
  table_id uuid not null references catalog_tables (id) on delete cascade,
  position integer not null,
  column_name text not null,
  type text not null,
  kind text not null,
  nullable boolean not null,
  comment text,
  primary key (table_id, position)
);
alter table catalog_columns enable row level security;
alter table catalog_columns force row level security;
create policy catalog_columns_workspace on catalog_columns using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_columns to strongroom_app;

-- By name, not by id: what people wrote survives a refresh that finds the table again. column_name '' means the table.
create table catalog_annotations (
  workspace_id uuid not null,
  source_id uuid not null references sources (id) on delete cascade,
  schema_name text not null,
  table_name text not null,
  column_name text not null,
  description text,
  tags text[] not null,
  -- A person, by id: who is removed is named here no more.
  owner_id uuid,
  changed_at timestamptz not null,
  primary key (source_id, schema_name, table_name, column_name)
);
alter table catalog_annotations enable row level security;
alter table catalog_annotations force row level security;
create policy catalog_annotations_workspace on catalog_annotations using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_annotations to strongroom_app;
`,
  },
  {
    id: 'catalog_0002_search',
    sql: `
-- 'effectAmount_of_damage' → 'effect amount of damage': names become words that search knows.
create function strongroom.catalog_words(name text) returns text language sql immutable parallel safe
  as $$ select lower(trim(regexp_replace(regexp_replace(name, '([[:lower:][:digit:]])([[:upper:]])', '\\1 \\2', 'g'), '[^[:alnum:]]+', ' ', 'g'))) $$;

-- One row a table and a column, derived from the three tables above, so that search is one index scan.
create table catalog_entries (
  workspace_id uuid not null,
  source_id uuid not null references sources (id) on delete cascade,
  table_id uuid not null references catalog_tables (id) on delete cascade,
  column_position integer not null,
  resource text not null,
  table_name text not null,
  column_name text,
  type text,
  description text,
  tags text[] not null,
  words text not null,
  document tsvector not null,
  primary key (table_id, column_position)
);
create index catalog_entries_resource on catalog_entries (workspace_id, resource);
create index catalog_entries_source on catalog_entries (source_id);
create index catalog_entries_document on catalog_entries using gin (document);
alter table catalog_entries enable row level security;
alter table catalog_entries force row level security;
create policy catalog_entries_workspace on catalog_entries using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_entries to strongroom_app;

-- pg_trgm finds misspelt names. A database whose owner may not create it keeps full-text search alone.
do $$
begin
  create extension if not exists pg_trgm with schema strongroom;
  create index catalog_entries_words on catalog_entries using gin (words gin_trgm_ops);
exception when others then
  raise notice 'pg_trgm is not available: catalog search works by whole words only';
end
$$;

-- With its owner's rights, because PostgreSQL uses no index for @@ and %> (which are not leakproof) below row-level
-- security. It answers keys of the current workspace and of the sources named, and the rows are then read below it.
create function strongroom.catalog_find(words_asked text, terms text[], source_ids uuid[], hits_max integer)
  returns table (found_table uuid, found_position integer, score real) language plpgsql stable security definer
  set search_path = strongroom, pg_temp
  as $$
  declare
    query tsquery := replace(plainto_tsquery('english', words_asked)::text, ' & ', ' | ')::tsquery;
    slips text[];
  begin
    if to_regprocedure('strongroom.word_similarity(text, text)') is null then
      return query
        select e.table_id, e.column_position,
          (ts_rank('{0.1, 0.3, 0.6, 1.0}', e.document, query) + case when e.words = words_asked then 1 else 0 end + case when e.column_position = 0 then 0.1 else 0 end)::real as rank
        from catalog_entries e
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and e.document @@ query
        order by rank desc, e.resource limit hits_max;
      return;
    end if;
    perform set_config('pg_trgm.word_similarity_threshold', '0.45', true);
    -- Words that nothing the asker may see holds: perhaps misspelt, or begun.
    slips := array(
      select term from unnest(terms) as term
      where numnode(plainto_tsquery('english', term)) > 0 and not exists (
        select from catalog_entries e
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and e.document @@ plainto_tsquery('english', term)));
    return query
      with matched as (
        select e.table_id, e.column_position from catalog_entries e
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and e.document @@ query
        union
        select e.table_id, e.column_position from unnest(slips) as slip join catalog_entries e on e.words %> slip
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids)
      )
      select e.table_id, e.column_position,
        (ts_rank('{0.1, 0.3, 0.6, 1.0}', e.document, query) + case when e.words = words_asked then 1 else 0 end + case when e.column_position = 0 then 0.1 else 0 end
          + 0.5 * coalesce((select max(word_similarity(slip, e.words)) from unnest(slips) as slip), 0))::real as rank
      from matched join catalog_entries e using (table_id, column_position)
      order by rank desc, e.resource limit hits_max;
  end
  $$;
revoke all on function strongroom.catalog_find from public;
grant execute on function strongroom.catalog_find to strongroom_app;
`,
  },
  {
    id: 'catalog_0003_search_hidden',
    sql: `
create function strongroom.catalog_shows(hidden text[], table_id uuid, column_position integer) returns boolean language sql immutable parallel safe
  as $$ select table_id::text <> all (hidden) and concat(table_id, ':', column_position) <> all (hidden) $$;
drop function strongroom.catalog_find(text, text[], uuid[], integer);
-- As before, but nothing that is hidden from the asker has a part in it: not in what is found, nor in which words count as slips.
-- hidden: ids of tables, and of columns as id:position. With its owner's rights, because PostgreSQL uses no index for @@ and %> (which are not leakproof) below row-level
-- security. It answers keys of the current workspace and of the sources named, and the rows are then read below it.
create function strongroom.catalog_find(words_asked text, terms text[], source_ids uuid[], hidden text[], hits_max integer)
  returns table (found_table uuid, found_position integer, score real) language plpgsql stable security definer
  set search_path = strongroom, pg_temp
  as $$
  declare
    query tsquery := replace(plainto_tsquery('english', words_asked)::text, ' & ', ' | ')::tsquery;
    slips text[];
  begin
    if to_regprocedure('strongroom.word_similarity(text, text)') is null then
      return query
        select e.table_id, e.column_position,
          (ts_rank('{0.1, 0.3, 0.6, 1.0}', e.document, query) + case when e.words = words_asked then 1 else 0 end + case when e.column_position = 0 then 0.1 else 0 end)::real as rank
        from catalog_entries e
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position) and e.document @@ query
        order by rank desc, e.resource limit hits_max;
      return;
    end if;
    perform set_config('pg_trgm.word_similarity_threshold', '0.45', true);
    -- Words that nothing the asker may see holds: perhaps misspelt, or begun.
    slips := array(
      select term from unnest(terms) as term
      where numnode(plainto_tsquery('english', term)) > 0 and not exists (
        select from catalog_entries e
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position) and e.document @@ plainto_tsquery('english', term)));
    return query
      with matched as (
        select e.table_id, e.column_position from catalog_entries e
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position) and e.document @@ query
        union
        select e.table_id, e.column_position from unnest(slips) as slip join catalog_entries e on e.words %> slip
        where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position)
      )
      select e.table_id, e.column_position,
        (ts_rank('{0.1, 0.3, 0.6, 1.0}', e.document, query) + case when e.words = words_asked then 1 else 0 end + case when e.column_position = 0 then 0.1 else 0 end
          + 0.5 * coalesce((select max(word_similarity(slip, e.words)) from unnest(slips) as slip), 0))::real as rank
      from matched join catalog_entries e using (table_id, column_position)
      order by rank desc, e.resource limit hits_max;
  end
  $$;
revoke all on function strongroom.catalog_find from public;
grant execute on function strongroom.catalog_find to strongroom_app;
`,
  },
  {
    id: 'catalog_0005_versions',
    sql: `
create table catalog_versions (
  workspace_id uuid not null,
  source_id uuid primary key references sources (id) on delete cascade,
  version uuid not null
);
alter table catalog_versions enable row level security;
alter table catalog_versions force row level security;
create policy catalog_versions_workspace on catalog_versions using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_versions to strongroom_app;

-- By triggers, so that no way of writing forgets it: what was remembered would go on standing.
create function strongroom.catalog_written() returns trigger language plpgsql set search_path = strongroom, pg_temp
  as $$
  begin
    insert into catalog_versions (workspace_id, source_id, version)
      select workspace_id, source_id, gen_random_uuid()
      from (select distinct workspace_id, source_id from written) as w
      where exists (select from sources s where s.id = w.source_id)
      order by source_id
      on conflict (source_id) do update set version = excluded.version;
    return null;
  end
  $$;
create trigger catalog_annotations_inserted after insert on catalog_annotations
  referencing new table as written for each statement execute function strongroom.catalog_written();
create trigger catalog_annotations_updated after update on catalog_annotations
  referencing new table as written for each statement execute function strongroom.catalog_written();
create trigger catalog_annotations_deleted after delete on catalog_annotations
  referencing old table as written for each statement execute function strongroom.catalog_written();
`,
  },
  {
    id: 'catalog_0006_glossary',
    sql: `
create table catalog_terms (
  workspace_id uuid not null,
  id uuid primary key,
  name text not null,
  synonyms text[] not null,
  definition text not null,
  -- False: everybody in the workspace sees it. It never turns false again, not even when what it is linked to is gone.
  linked boolean not null,
  document tsvector not null,
  changed_at timestamptz not null
);
create index catalog_terms_workspace on catalog_terms (workspace_id);
alter table catalog_terms enable row level security;
alter table catalog_terms force row level security;
create policy catalog_terms_workspace on catalog_terms using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_terms to strongroom_app;

-- By name, as annotations are. column_name '' means the table.
create table catalog_term_links (
  workspace_id uuid not null,
  term_id uuid not null references catalog_terms (id) on delete cascade,
  source_id uuid not null references sources (id) on delete cascade,
  schema_name text not null,
  table_name text not null,
  column_name text not null,
  primary key (term_id, source_id, schema_name, table_name, column_name)
);
create index catalog_term_links_place on catalog_term_links (source_id, schema_name, table_name, column_name);
alter table catalog_term_links enable row level security;
alter table catalog_term_links force row level security;
create policy catalog_term_links_workspace on catalog_term_links using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_term_links to strongroom_app;

-- A term goes with the last source that it is linked to.
create function strongroom.catalog_drop_unlinked_terms() returns trigger language plpgsql set search_path = strongroom, pg_temp
  as $$
  begin
    delete from catalog_terms t using gone
    where t.id = gone.term_id and t.linked and not exists (select from catalog_term_links l where l.term_id = t.id);
    return null;
  end
  $$;
create function strongroom.catalog_term_written() returns trigger language plpgsql set search_path = strongroom, pg_temp
  as $$
  begin
    insert into catalog_versions (workspace_id, source_id, version)
      select workspace_id, source_id, gen_random_uuid()
      from (select distinct l.workspace_id, l.source_id from written w join catalog_term_links l on l.term_id = w.id) as s
      order by source_id
      on conflict (source_id) do update set version = excluded.version;
    return null;
  end
  $$;
-- What a term says is shown with what it is linked to, and remembered with it.
create trigger catalog_terms_updated after update on catalog_terms
  referencing new table as written for each statement execute function strongroom.catalog_term_written();
create trigger catalog_term_links_inserted after insert on catalog_term_links
  referencing new table as written for each statement execute function strongroom.catalog_written();
create trigger catalog_term_links_deleted after delete on catalog_term_links
  referencing old table as written for each statement execute function strongroom.catalog_written();
create trigger catalog_term_links_gone after delete on catalog_term_links
  referencing old table as gone for each statement execute function strongroom.catalog_drop_unlinked_terms();

drop function strongroom.catalog_find(text, text[], uuid[], text[], integer);
-- As before, and what people own whose ids are given. words_known: of the words asked those that name such a person; they are no slips.
create function strongroom.catalog_find(words_asked text, terms text[], words_known text[], source_ids uuid[], hidden text[], owners uuid[], hits_max integer)
  returns table (found_table uuid, found_position integer, score real) language plpgsql stable security definer
  set search_path = strongroom, pg_temp
  as $$
  declare
    query tsquery := replace(plainto_tsquery('english', words_asked)::text, ' & ', ' | ')::tsquery;
    owned_tables uuid[];
    owned_positions integer[];
    slips text[];
  begin
    select array_agg(e.table_id), array_agg(e.column_position) into owned_tables, owned_positions
      from catalog_annotations a
        join catalog_tables t on t.source_id = a.source_id and t.schema_name = a.schema_name and t.table_name = a.table_name
        join catalog_entries e on e.table_id = t.id and coalesce(e.column_name, '') = a.column_name
      where a.owner_id = any (owners) and e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position);
    if to_regprocedure('strongroom.word_similarity(text, text)') is null then
      return query
        with found as (
          select e.table_id, e.column_position from catalog_entries e where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position) and e.document @@ query
          union
          select * from unnest(owned_tables, owned_positions)
        )
        select e.table_id, e.column_position,
          (ts_rank('{0.1, 0.3, 0.6, 1.0}', e.document, query) + case when e.words = words_asked then 1 else 0 end + case when e.column_position = 0 then 0.1 else 0 end
            + case when (e.table_id, e.column_position) in (select * from unnest(owned_tables, owned_positions)) then 0.4 else 0 end)::real as rank
        from found join catalog_entries e using (table_id, column_position)
        order by rank desc, e.resource limit hits_max;
      return;
    end if;
    perform set_config('pg_trgm.word_similarity_threshold', '0.45', true);
    -- Words that nothing the asker may see holds: perhaps misspelt, or begun.
    slips := array(
      select term from unnest(terms) as term
      where term <> all (words_known) and numnode(plainto_tsquery('english', term)) > 0 and not exists (
        select from catalog_entries e where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position) and e.document @@ plainto_tsquery('english', term)));
    return query
      with found as (
        select e.table_id, e.column_position from catalog_entries e where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position) and e.document @@ query
        union
        select e.table_id, e.column_position from unnest(slips) as slip join catalog_entries e on e.words %> slip where e.workspace_id = strongroom.current_workspace() and e.source_id = any (source_ids) and strongroom.catalog_shows(hidden, e.table_id, e.column_position)
        union
        select * from unnest(owned_tables, owned_positions)
      )
      select e.table_id, e.column_position,
        (ts_rank('{0.1, 0.3, 0.6, 1.0}', e.document, query) + case when e.words = words_asked then 1 else 0 end + case when e.column_position = 0 then 0.1 else 0 end
          + case when (e.table_id, e.column_position) in (select * from unnest(owned_tables, owned_positions)) then 0.4 else 0 end
          + 0.5 * coalesce((select max(word_similarity(slip, e.words)) from unnest(slips) as slip), 0))::real as rank
      from found join catalog_entries e using (table_id, column_position)
      order by rank desc, e.resource limit hits_max;
  end
  $$;
revoke all on function strongroom.catalog_find from public;
grant execute on function strongroom.catalog_find to strongroom_app;
`,
  },
  {
    id: 'catalog_0007_popularity',
    sql: `
-- How many queries read it on a day: not whose, and not what they asked. column_name '' means the table.
create table catalog_popularity (
  workspace_id uuid not null,
  source_id uuid not null references sources (id) on delete cascade,
  schema_name text not null,
  table_name text not null,
  column_name text not null,
  day date not null,
  queries integer not null,
  primary key (source_id, schema_name, table_name, column_name, day)
);
alter table catalog_popularity enable row level security;
alter table catalog_popularity force row level security;
create policy catalog_popularity_workspace on catalog_popularity using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_popularity to strongroom_app;

-- What follows from these counts, as it is shown: it changes seldom, and what is remembered of a source need not be read anew for each count.
create table catalog_popularity_levels (
  workspace_id uuid not null,
  source_id uuid not null references sources (id) on delete cascade,
  schema_name text not null,
  table_name text not null,
  column_name text not null,
  level smallint not null,
  primary key (source_id, schema_name, table_name, column_name)
);
alter table catalog_popularity_levels enable row level security;
alter table catalog_popularity_levels force row level security;
create policy catalog_popularity_levels_workspace on catalog_popularity_levels using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
grant select, insert, update, delete on catalog_popularity_levels to strongroom_app;
create trigger catalog_popularity_levels_inserted after insert on catalog_popularity_levels
  referencing new table as written for each statement execute function strongroom.catalog_written();
create trigger catalog_popularity_levels_updated after update on catalog_popularity_levels
  referencing new table as written for each statement execute function strongroom.catalog_written();
create trigger catalog_popularity_levels_deleted after delete on catalog_popularity_levels
  referencing old table as written for each statement execute function strongroom.catalog_written();
`,
  },
];
