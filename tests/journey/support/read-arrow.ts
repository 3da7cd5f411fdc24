import { readFile } from 'node:fs/promises';
import type { RunningServer } from '@strongroom/testkit';
import { RecordBatchReader } from 'apache-arrow';

export const ARROW = 'application/vnd.apache.arrow.stream';

/** Asks for Arrow; the response streams. */
export function askArrow(
  server: RunningServer,
  source: string,
  input: { sql: string; limit?: number },
  signal?: AbortSignal,
): Promise<Response> {
  return server.call('POST', `sources/${source}/query`, {
    body: input,
    headers: { accept: ARROW },
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Reads an Arrow stream batch by batch and keeps none; `afterBatch` may take its time. */
export async function countRows(response: Response, afterBatch: (rows: number) => Promise<void>): Promise<number> {
  if (response.status !== 200 || response.body === null) throw new Error(`refused: ${await response.text()}`);
  let rows = 0;
  for await (const batch of await RecordBatchReader.from(response.body)) {
    rows += batch.numRows;
    await afterBatch(rows);
  }
  return rows;
}

/** Memory of one process without its children, in MB, as the system counts it. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
}
