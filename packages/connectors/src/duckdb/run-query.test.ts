import { expect, test } from 'vitest';
import { uncheckedSql } from '../../test/checked-sql.ts';
import { LIMITS, problemOf, readAll } from '../../test/contract-suite.ts';
import { fileBytes } from '../../test/file-bytes.ts';
import { openFile } from './index.ts';

const open = () => openFile({ ...fileBytes('a.csv', 'a\n1\n'), format: 'csv', header: true });
const MEBIBYTE = 2 ** 20;

test('one long text in every row of a vector is cut into batches, and stops at the byte limit', async () => {
  await using connector = open();
  const sql = uncheckedSql('duckdb', `select repeat('x', 100000) from range(1000000)`);
  const stream = await connector.run(sql, { ...LIMITS, bytes: 50 * MEBIBYTE });
  for await (const chunk of stream.chunks) expect(chunk.length).toBeLessThan(4 * MEBIBYTE);
  expect(await stream.completion).toEqual({ rowCount: 525, complete: false, limit: 'bytes' });
});

test('a row of more than 64 MB is refused, and the next query works', async () => {
  await using connector = open();
  const run = (text: string) => connector.run(uncheckedSql('duckdb', text), LIMITS).then(readAll);
  expect(await problemOf(run(`select repeat('x', 70000000)`))).toMatchObject({ code: 'run/resource' });
  expect(await run('select a from main.a')).toEqual([[1]]);
});
