import { execFileSync } from 'node:child_process';
import { PEOPLE_CSV, contractSuite } from '../../test/contract-suite.ts';
import { fileBytes } from '../../test/file-bytes.ts';
import { openFile } from './index.ts';

contractSuite('duckdb', async () => {
  const connector = openFile({ ...fileBytes('people.csv', PEOPLE_CSV), format: 'csv', header: true });
  return {
    connector,
    dialect: 'duckdb',
    table: 'main.people',
    manyRows: `select g as id, 'row number ' || g as name from range(1, 10000001) as r(g)`,
    longWork: 'select count(*) from range(1000000000) as a(x), range(1000) as b(y) where (a.x * b.y) % 7 = 3',
    // The cancel is the end of the child; one that waits for work uses no processor.
    async waitUntilIdle() {
      while (runningWorkers() > 0) await new Promise((resolve) => setImmediate(resolve));
    },
    stop: () => connector.close(),
  };
});

/** Our children that are on a processor right now. */
function runningWorkers(): number {
  const list = execFileSync('ps', ['-o', 'stat=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return list.split('\n').filter((line) => line.includes('duckdb/engine-child') && line.startsWith('R')).length;
}
