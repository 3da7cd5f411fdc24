import { join } from 'node:path';
import { deriveSecret, loadClusterSecret } from '@strongroom/keyring';
import type { RunningServer } from '@strongroom/testkit';
import pg from 'pg';
import { median } from './compare.ts';

export type Work = (turn: number) => Promise<unknown>;

/** One row, flushed, in the database where the server keeps its own: what an audit entry takes at least. */
export async function createCommitting(server: RunningServer, stack: AsyncDisposableStack): Promise<Work> {
  const secret = await loadClusterSecret(join(server.home, 'keys'));
  const client = new pg.Client({
    host: join(server.home, 'database', 'socket'),
    user: 'postgres',
    password: deriveSecret(secret, 'database/postgres'),
    database: 'postgres',
  });
  stack.adopt(client, (open) => open.end());
  await client.connect();
  await client.query('create table bench_commits (id bigint generated always as identity primary key, content bytea)');
  const values = [Buffer.alloc(300)];
  return () => client.query('insert into bench_commits (content) values ($1)', values);
}

/** Turn by turn, so that what else the machine does meets all of them. */
export async function mediansOfTurns<Side extends string>(
  { turns, warmUp }: { readonly turns: number; readonly warmUp: number },
  sides: Record<Side, Work>,
): Promise<Record<Side, number>> {
  const names = Object.keys(sides) as Side[];
  const times = names.map((): number[] => []);
  for (let turn = -warmUp; turn < turns; turn += 1)
    for (const [at, name] of names.entries()) {
      const startedMs = performance.now();
      await sides[name](turn);
      if (turn >= 0) times[at]?.push(performance.now() - startedMs);
    }
  return Object.fromEntries(names.map((name, at) => [name, median(times[at] ?? [])])) as Record<Side, number>;
}

/** Each client asks again as soon as it has its answer. */
export async function throughput(turns: number, clients: readonly Work[]): Promise<number> {
  const startedMs = performance.now();
  await Promise.all(
    clients.map(async (work) => {
      for (let turn = 0; turn < turns; turn += 1) await work(turn);
    }),
  );
  return (clients.length * turns * 1000) / (performance.now() - startedMs);
}
