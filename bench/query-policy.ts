import { connectPostgres, socketAddress } from '@strongroom/connectors';
import { type AskerPolicy, createGuard } from '@strongroom/sql-guard';
import { startPostgres } from '@strongroom/testkit';
import { compareTimes, type Figure } from './compare.ts';

const ROWS = 1_000_000;
const TEAMS = 100;
const TEAM = 'team 42';
const ROUNDS = 7;
const RATIO_MAX = 1.15;
const STATEMENTS = [
  ['a row by its key', 'select id, amount, note from orders where id = 4742', 300],
  ['a range', 'select id, amount, note from orders where id between 200000 and 240000 order by id', 30],
  ['an aggregate', 'select status, count(*), sum(amount) from orders group by status order by status', 15],
] as const;

const policy: AskerPolicy = {
  tables: [
    {
      schema: 'public',
      table: 'orders',
      grants: [{ filter: 'team = {{user.attributes.team}}', denied: [], masks: {} }],
    },
  ],
  attributes: { 'user.attributes.team': TEAM },
  pseudonymKey: null,
};

/** What the guard makes of a statement under a row filter, beside the same filter as a row-level security policy; both on warm connections. */
export async function* measurePolicy(): AsyncGenerator<Figure> {
  await using postgres = await startPostgres();
  await postgres.run(`create table orders as select i as id, 'team ' || i % ${TEAMS} as team, (i % 5000)::numeric / 100 as amount,
      'status ' || i % 7 as status, 'note ' || i as note from generate_series(1, ${ROWS}) i;
    alter table orders add primary key (id); create index on orders (team);
    alter table orders enable row level security;
    create role member login password 'member'; grant select on orders to member;
    create policy own_team on orders for select to member using (team = '${TEAM}')`);
  await postgres.run('vacuum (analyze, freeze) orders');
  await using ours = await postgres.connect();
  await using member = await postgres.connect({ user: 'member', password: 'member' });
  await using connector = connectPostgres(
    socketAddress({ folder: postgres.socketFolder, port: postgres.port, ...postgres.superuser, database: 'postgres' }),
  );
  const schema = await connector.introspect();
  const guard = createGuard();
  for (const [name, sql, times] of STATEMENTS) {
    const { checked, filtered } = await guard.check({ sql, dialect: 'postgres', schema, policy, rowsMax: ROWS });
    if (!filtered) throw new Error(`${name}: there is no filter before the table`);
    const run = (client: typeof ours, text: string, values: string[]) => async (): Promise<string> => {
      let last: unknown[] = [];
      for (let turn = 0; turn < times; turn += 1)
        last = (await client.query<unknown[]>({ text, values, rowMode: 'array' })).rows;
      if (last.length === 0) throw new Error(`${name}: there are no rows`);
      return JSON.stringify(last);
    };
    const figure = await compareTimes(
      `row filter: ${name} (at most ${RATIO_MAX} x)`,
      'row-level security',
      ROUNDS,
      run(ours, checked.text, [...checked.values]),
      run(member, sql, []),
    );
    yield { ...figure, ours: figure.ours / times, peer: figure.peer / times };
  }
  await guard.close();
}
