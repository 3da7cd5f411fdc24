import type { Migration } from '#contracts';

export const migrations: Migration[] = [
  {
    id: 'ledger_0001_entries',
    sql: `
      create table ledger_entries (
        workspace_id uuid not null,
        position bigint not null check (position > 0),
        id uuid not null,
        at timestamptz not null,
        action text collate "C" not null,
        outcome text not null check (outcome in ('begun', 'done', 'refused', 'failed')),
        sealed bytea not null,
        subjects uuid[] not null,
        wrapped_key bytea not null,
        commitment bytea not null,
        terms bytea[] not null,
        fields_hash bytea not null,
        leaf_hash bytea not null,
        mac bytea not null,
        primary key (workspace_id, position),
        unique (workspace_id, id)
      );
      create index ledger_entries_action on ledger_entries (workspace_id, action, position);
      create index ledger_entries_terms on ledger_entries using gin (terms);
      alter table ledger_entries enable row level security;
      alter table ledger_entries force row level security;
      create policy ledger_entries_workspace on ledger_entries
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert on ledger_entries to strongroom_app;

      -- Whom entries name, by a keyed hash of the name: docs/decisions/0009.
      create table ledger_subjects (
        workspace_id uuid not null,
        id uuid not null,
        name_term bytea not null,
        primary key (workspace_id, id),
        unique (workspace_id, name_term)
      );
      alter table ledger_subjects enable row level security;
      alter table ledger_subjects force row level security;
      create policy ledger_subjects_workspace on ledger_subjects
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, delete on ledger_subjects to strongroom_app;

      -- The one change that our role can make to entries: those with this term can't be searched for any more. Nothing signed is touched.
      create function strongroom.ledger_forget(wanted bytea) returns void language sql volatile security definer
        set search_path = strongroom, pg_temp
        as $$
          update ledger_entries set terms = '{}'
          where workspace_id = strongroom.current_workspace() and terms @> array[wanted]
        $$;
      revoke all on function strongroom.ledger_forget from public;
      grant execute on function strongroom.ledger_forget to strongroom_app;

      create table ledger_heads (workspace_id uuid primary key, position bigint not null);
      alter table ledger_heads enable row level security;
      alter table ledger_heads force row level security;
      create policy ledger_heads_workspace on ledger_heads
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update on ledger_heads to strongroom_app;

      -- Takes a whole group, as one transaction where it is called outside of one. False, changing nothing, when the log does not stand at
      -- the position "after" that the entries were made for.
      -- INVARIANT: the head's row is locked from here to the commit and counts with it, so positions have no gap and none is used
      -- twice, also when entries vanish. The commit is flushed before it answers, also on a cluster whose operator turned that off.
      create function strongroom.ledger_append(workspace uuid, after bigint, entry_count integer, fixed bytea, sealed bytea,
          times timestamptz[], actions text[], outcomes text[], sealed_places integer[], sealed_sizes integer[], subjects text[], terms text[])
        returns boolean language plpgsql volatile set plan_cache_mode = force_generic_plan
        as $$ begin
          -- Inside somebody's transaction its own workspace holds: no other one can be written to.
          if strongroom.current_workspace() is null then perform set_config('strongroom.workspace', workspace::text, true); end if;
          if current_setting('synchronous_commit') = 'off' then perform set_config('synchronous_commit', 'on', true); end if;
          if after = 0 then
            insert into strongroom.ledger_heads values (workspace, 0) on conflict (workspace_id) do nothing;
          end if;
          update strongroom.ledger_heads set position = position + entry_count where workspace_id = workspace and position = after;
          if not found then return false; end if;
          insert into strongroom.ledger_entries (workspace_id, position, id, at, action, outcome, sealed, subjects, wrapped_key, commitment, terms, fields_hash, leaf_hash, mac)
          select workspace, after + entry.ordinal, encode(substring(fixed from fixed_at for 16), 'hex')::uuid, entry.at, entry.action, entry.outcome,
            substring(sealed from entry.sealed_at for entry.sealed_size), entry.subjects::uuid[],
            substring(fixed from fixed_at + 16 for 40), substring(fixed from fixed_at + 56 for 32), entry.terms::bytea[],
            substring(fixed from fixed_at + 88 for 32), substring(fixed from fixed_at + 120 for 32), substring(fixed from fixed_at + 152 for 16)
          from unnest(times, actions, outcomes, sealed_places, sealed_sizes, subjects, terms)
              with ordinality as entry (at, action, outcome, sealed_at, sealed_size, subjects, terms, ordinal),
            lateral (select (entry.ordinal::integer - 1) * 168 + 1 as fixed_at) as place;
          return true;
        end $$;
      revoke all on function strongroom.ledger_append from public;
      grant execute on function strongroom.ledger_append to strongroom_app;

      -- The tree: hashes of 256 nodes of tree level 8 * level a row, docs/formats/audit-log.md.
      create table ledger_tiles (
        workspace_id uuid not null,
        level integer not null,
        tile bigint not null,
        hashes bytea not null,
        primary key (workspace_id, level, tile)
      );
      alter table ledger_tiles enable row level security;
      alter table ledger_tiles force row level security;
      create policy ledger_tiles_workspace on ledger_tiles
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert, update on ledger_tiles to strongroom_app;

      create table ledger_checkpoints (
        workspace_id uuid not null,
        size bigint not null,
        note text not null,
        signed_at timestamptz not null,
        primary key (workspace_id, size)
      );
      alter table ledger_checkpoints enable row level security;
      alter table ledger_checkpoints force row level security;
      create policy ledger_checkpoints_workspace on ledger_checkpoints
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert on ledger_checkpoints to strongroom_app;

      -- Planned anew for each search, since how rare the wanted terms are decides between the two indexes.
      create function strongroom.ledger_find(wanted bytea[], wanted_action text, wanted_noun text, wanted_outcome text, before_position bigint, rows_max integer)
        returns table (found bigint) language plpgsql stable security definer
        set search_path = strongroom, pg_temp set plan_cache_mode = force_custom_plan
        as $$ begin
          return query
            select position from ledger_entries
            where workspace_id = strongroom.current_workspace() and terms @> wanted
              and (wanted_action is null or action = wanted_action)
              and (wanted_noun is null or starts_with(action, wanted_noun || '.'))
              and (wanted_outcome is null or outcome = wanted_outcome)
              and (before_position is null or position < before_position)
            order by position desc limit rows_max;
        end $$;
      revoke all on function strongroom.ledger_find from public;
      grant execute on function strongroom.ledger_find to strongroom_app;
    `,
  },
  {
    id: 'ledger_0002_cosignatures',
    sql: `
      -- What witnesses added to our checkpoints: a line of a signed note, of the key that is named as name+id+base64.
      create table ledger_cosignatures (
        workspace_id uuid not null,
        witness_key text collate "C" not null,
        size bigint not null,
        line text not null,
        seen_at timestamptz not null,
        primary key (workspace_id, witness_key, size)
      );
      create index ledger_cosignatures_size on ledger_cosignatures (workspace_id, size);
      alter table ledger_cosignatures enable row level security;
      alter table ledger_cosignatures force row level security;
      create policy ledger_cosignatures_workspace on ledger_cosignatures
        using (workspace_id = strongroom.current_workspace()) with check (workspace_id = strongroom.current_workspace());
      grant select, insert on ledger_cosignatures to strongroom_app;
    `,
  },
  {
    id: 'ledger_0003_search',
    sql: `
      -- Holds the position too, so that the span of a time is read from the index alone.
      create index ledger_entries_at on ledger_entries (workspace_id, at, position);
      -- What people look for most is rare, and would else be looked for in every entry.
      create index ledger_entries_wrong on ledger_entries (workspace_id, outcome, position) where outcome in ('refused', 'failed');

      drop function strongroom.ledger_find(bytea[], text, text, text, bigint, integer);
      -- Planned anew for each search, with what is not asked for folded away: how rare the wanted terms are decides
      -- between the indexes, and one of the two orders is left, which the primary key has.
      create function strongroom.ledger_find(
        wanted bytea[], wanted_action text, wanted_noun text, wanted_outcome text, from_time timestamptz, to_time timestamptz,
        after_position bigint, before_position bigint, oldest_first boolean, rows_max integer
      )
        returns table (found bigint) language plpgsql stable security definer
        set search_path = strongroom, pg_temp set plan_cache_mode = force_custom_plan
        as $$ begin
          return query
            select position from ledger_entries
            where workspace_id = strongroom.current_workspace() and position > after_position and position < before_position
              and (wanted is null or terms @> wanted)
              and (wanted_action is null or action = wanted_action)
              and (wanted_noun is null or starts_with(action, wanted_noun || '.'))
              and (wanted_outcome is null or outcome = wanted_outcome)
              and (from_time is null or at >= from_time)
              and (to_time is null or at < to_time)
            order by case when oldest_first then position end, case when not oldest_first then position end desc
            limit rows_max;
        end $$;
      revoke all on function strongroom.ledger_find from public;
      grant execute on function strongroom.ledger_find to strongroom_app;
    `,
  },
  {
    id: 'ledger_0004_tiles',
    sql: `
      -- Tiles of 16 hashes, each level for four of the tree, in place of 256 for eight: of each old tile every sixteenth part is one, and
      -- the roots of these parts, sixteen hashes each, are the tile between.
      create function pg_temp.root(hashes bytea) returns bytea language plpgsql as $$
        declare above bytea;
        begin
          while length(hashes) > 32 loop
            above := '';
            for pair in 0 .. length(hashes) / 64 - 1 loop
              above := above || sha256('\\x01'::bytea || substring(hashes from pair * 64 + 1 for 64));
            end loop;
            hashes := above;
          end loop;
          return hashes;
        end $$;
      -- Whoever migrates owns the table, and is to see all of it.
      alter table ledger_tiles no force row level security;
      create temporary table wide_tiles on commit drop as select * from ledger_tiles;
      delete from ledger_tiles;
      insert into ledger_tiles (workspace_id, level, tile, hashes)
        select workspace_id, 2 * level, 16 * tile + part, substring(hashes from part * 512 + 1 for 512)
        from wide_tiles, generate_series(0, (length(hashes) - 1) / 512) as part
        union all
        select workspace_id, 2 * level + 1, tile, string_agg(pg_temp.root(substring(hashes from part * 512 + 1 for 512)), '' order by part)
        from wide_tiles, generate_series(0, length(hashes) / 512 - 1) as part
        group by workspace_id, level, tile;
      alter table ledger_tiles force row level security;

      -- One look into the index for each tile, and its own transaction where it is called outside of one.
      create function strongroom.ledger_tiles_of(workspace uuid, levels integer[], tiles bigint[])
        returns table (level integer, tile bigint, hashes bytea) language plpgsql volatile set plan_cache_mode = force_generic_plan
        as $$
        #variable_conflict use_column
        begin
          if strongroom.current_workspace() is null then perform set_config('strongroom.workspace', workspace::text, true); end if;
          return query
            select found.level, found.tile, found.hashes
            from unnest(levels, tiles) as wanted (level, tile),
              lateral (
                select * from strongroom.ledger_tiles where workspace_id = workspace and level = wanted.level and tile = wanted.tile limit 1
              ) as found;
        end $$;
      revoke all on function strongroom.ledger_tiles_of from public;
      grant execute on function strongroom.ledger_tiles_of to strongroom_app;
    `,
  },
];
