import { ProblemError, type SourceSchema } from '@strongroom/protocol';
import { createGuard, type Guard } from '@strongroom/sql-guard';
import { sharedData } from '@strongroom/testkit';
import { regressStatements, schemasByFile } from '../packages/sql-guard/src/test-regress.ts';
import { besideBound, type Figure } from './compare.ts';
import { JOIN, schema } from './guard.ts';

const CHECKS = 1_000;
const WARM_UP = 200;

/** The wall alone: from the call of `check` to its answer, a worker thread and back. */
export async function* measureGuard(): AsyncGenerator<Figure> {
  const guard = createGuard();
  for (const [name, sql, boundMs] of [
    ['guard: one join, p50', JOIN, 0.3],
    ['guard: 100 lines, p50', hundredLines(), 4],
  ] as const) {
    await checkTimes(
      guard,
      Array.from({ length: WARM_UP }, () => ({ sql, schema })),
    );
    const times = await checkTimes(
      guard,
      Array.from({ length: CHECKS }, () => ({ sql, schema })),
      'all pass',
    );
    yield besideBound(name, quantile(times, 0.5), boundMs, 'ms', 'lower');
  }
  // Says in one line that the material is not there.
  const folder = sharedData('pg-regress');
  if (folder !== null) {
    const all = await regressStatements(folder);
    const schemas = schemasByFile(all);
    const checks = all.flatMap(({ file, sql }) => ({ sql, schema: schemas.get(file) ?? { tables: [] } }));
    const times = await checkTimes(guard, checks);
    yield besideBound(`guard: ${times.length} of PostgreSQL’s own, p99`, quantile(times, 0.99), 10, 'ms', 'lower');
  }
  await guard.close();
}

async function checkTimes(
  guard: Guard,
  checks: readonly { sql: string; schema: SourceSchema }[],
  expected: 'all pass' | 'some pass' = 'some pass',
): Promise<number[]> {
  const times: number[] = [];
  for (const { sql, schema } of checks) {
    const startedMs = performance.now();
    await guard.check({ sql, dialect: 'postgres', schema, rowsMax: 1000 }).catch((error: unknown) => {
      if (!(error instanceof ProblemError) || expected === 'all pass') throw error;
    });
    times.push(performance.now() - startedMs);
  }
  return times;
}

/** Nine queries of WITH of eleven lines, and one that reads them. */
function hundredLines(): string {
  const parts = Array.from(
    { length: 9 },
    (_, at) => `part${at} as (
  select
    a.state,
    count(*) as flights,
    sum(case when f.delay > ${at} then 1 else 0 end) as late,
    avg(f.delay) as delay
  from flights f
  join airports a on a.iata = f.origin
  where f.destination = 'ORD' and f.delay > ${at}
  group by a.state
  having count(*) > ${at}
)`,
  );
  return `with ${parts.join(',\n')}\nselect * from part0 ${parts
    .slice(1)
    .map((_, at) => `left join part${at + 1} using (state)`)
    .join(' ')}`;
}

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Number.NaN;
}
