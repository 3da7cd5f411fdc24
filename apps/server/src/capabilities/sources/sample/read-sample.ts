import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

// A program of its own, run once for a fresh sample: reads the data files of `vega-datasets` and prints one JSON line
// a batch, `{ table, columns: [[…], …] }`, every value as text. The server itself never loads DuckDB.

const BATCH_ROWS = 20_000;

const data = (name: string) => fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));

/** Every 15th of the 3,000,000 rows, which are in order of time: 200,000 rows, the same each time, over all six months. */
const FLIGHTS = `
  select strftime(date, '%Y-%m-%d %H:%M:%S'), delay::varchar, distance::varchar, origin, destination
  from read_parquet($1, file_row_number = true) where file_row_number % 15 = 0 order by file_row_number`;
const CSV = 'select * from read_csv($1, header = true, all_varchar = true)';

const SOURCES = [
  { table: 'airports', sql: CSV, file: 'airports.csv' },
  { table: 'flights', sql: FLIGHTS, file: 'flights-3m.parquet' },
  { table: 'bird_strikes', sql: CSV, file: 'birdstrikes.csv' },
] as const;

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
for (const { table, sql, file } of SOURCES) {
  const rows = (await connection.runAndReadAll(sql, [data(file)])).getColumns();
  const rowCount = rows[0]?.length ?? 0;
  for (let start = 0; start < rowCount; start += BATCH_ROWS) {
    const columns = rows.map((values) => values.slice(start, start + BATCH_ROWS));
    if (!process.stdout.write(`${JSON.stringify({ table, columns })}\n`)) await once(process.stdout, 'drain');
  }
}
connection.closeSync();
instance.closeSync();
