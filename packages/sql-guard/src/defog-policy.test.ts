import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedData, startPostgres } from '@strongroom/testkit';
import { expect, test } from 'vitest';
import { defogQueries, inAnyOrder, schemaOf } from './test-defog.ts';
import { createGuard } from './guard.ts';
import type { AskerPolicy } from './policy.ts';

const folder = sharedData('defog');

/** Of a table's columns: the first one decides which rows are seen, the last text is masked. */
const POLICIES_SQL = `
  create function pg_temp.govern() returns void language plpgsql as $$
    declare t record; columns text;
    begin
      for t in select c.oid, c.relname, n.nspname,
          (select attname from pg_attribute where attrelid = c.oid and attnum > 0 order by attnum limit 1) as first,
          (select attname from pg_attribute where attrelid = c.oid and attnum > 1 and atttypid in ('text'::regtype, 'varchar'::regtype) order by attnum desc limit 1) as masked
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      loop
        execute format('alter table %I.%I enable row level security', t.nspname, t.relname);
        execute format('create policy seen on %I.%I to asker using (ascii(right(cast(%I as text), 1)) %% 4 <> 0)', t.nspname, t.relname, t.first);
        execute format('grant usage on schema %I to asker', t.nspname);
        execute format('grant select on %I.%I to asker', t.nspname, t.relname);
        select string_agg(case when attname = t.masked then format('case when false then %1$I end as %1$I', attname) else format('%I', attname) end, ', ' order by attnum)
          into columns from pg_attribute where attrelid = t.oid and attnum > 0;
        execute format('create view peer.%I with (security_invoker) as select %s from %I.%I', t.relname, columns, t.nspname, t.relname);
        execute format('grant select on peer.%I to asker', t.relname);
      end loop;
    end $$;
  select pg_temp.govern();
`;

test.skipIf(folder === null)(
  'with a filter and a mask on each table, what analysts write gives what native row-level security and views give',
  async () => {
    await using stack = new AsyncDisposableStack();
    await using postgres = await startPostgres();
    const guard = createGuard();
    stack.defer(() => guard.close());
    await postgres.run(`create role asker login password 'asker'`);
    const counts = { same: 0, refusedByPeer: 0, changed: 0 };
    const wrong: string[] = [];

    for (const [database, queries] of await defogQueries(folder!)) {
      await postgres.run(`create database ${database}`);
      await postgres.run(await readFile(join(folder!, database, `${database}.sql`), 'utf8'), database);
      await postgres.run('create schema peer; grant usage on schema peer to asker', database);
      await postgres.run(POLICIES_SQL, database);
      await using owner = await postgres.connect({ ...postgres.superuser, database });
      await using asker = await postgres.connect({ user: 'asker', password: 'asker', database });
      const schema = await schemaOf(owner);
      const own = { tables: schema.tables.filter((table) => table.schema !== 'peer') };
      const policy: AskerPolicy = {
        attributes: {},
        pseudonymKey: null,
        tables: own.tables.map(({ schema: name, name: table, columns }) => {
          const masked = columns.slice(1).findLast(({ type }) => /^(text|character varying)/.test(type));
          const first = `"${columns[0]!.name}"`;
          const masks = masked === undefined ? {} : { [masked.name]: 'null' as const };
          const filter = `ascii(right(cast(${first} as text), 1)) % 4 <> 0`;
          return { schema: name, table, grants: [{ filter, denied: [], masks }] };
        }),
      };
      const schemas = [...new Set(own.tables.map((table) => table.schema))];
      for (const query of queries) {
        await asker.query('begin read only');
        await asker.query("select set_config('search_path', $1, true)", ['peer']);
        // The same names: the views stand in one schema.
        const unqualified = schemas.reduce((text, name) => text.replaceAll(`${name}.`, ''), query);
        const expected = await asker.query<unknown[]>({ text: unqualified, rowMode: 'array' }).catch(() => null);
        await asker.query('rollback');
        if (expected === null) {
          // A few of the published answers are cut in the middle; a view has no primary key to group by.
          counts.refusedByPeer += 1;
          continue;
        }
        const { checked } = await guard.check({
          sql: query,
          dialect: 'postgres',
          schema: own,
          policy,
          rowsMax: 10_000,
        });
        await owner.query('begin read only; set local search_path = pg_catalog');
        const got = await owner
          .query<unknown[]>({ text: checked.text, values: [...checked.values], rowMode: 'array' })
          .catch((error: unknown) => ({ rows: [[String(error)]] }));
        const whole = await owner
          .query('set local search_path = public')
          .then(() => owner.query<unknown[]>({ text: query, rowMode: 'array' }))
          .catch(() => ({ rows: [] }));
        await owner.query('rollback');
        if (inAnyOrder(got.rows) === inAnyOrder(expected.rows)) counts.same += 1;
        else
          wrong.push(
            `${query}\n${inAnyOrder(got.rows).slice(0, 200)}\n-- not\n${inAnyOrder(expected.rows).slice(0, 200)}`,
          );
        if (inAnyOrder(whole.rows) !== inAnyOrder(expected.rows)) counts.changed += 1;
      }
    }

    expect(wrong).toEqual([]);
    expect(counts.same).toBeGreaterThan(120);
    // What makes the comparison mean something: most answers are others than without the policy.
    expect(counts.changed).toBeGreaterThan(90);
  },
);
