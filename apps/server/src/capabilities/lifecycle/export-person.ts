import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { type Asker, auditContext, type ExportedTable } from '#contracts';
import { csvLine } from './csv-line.ts';
import type { LifecycleDeps } from './deps.ts';
import { listHoldings } from './list-holdings.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * A zip with a JSON and a CSV file for each thing that is kept about the asker, and `about.json`, which says what is kept, why and
 * how long. Memory: one row of each file at a time. The audit entry is durable before the first byte.
 */
export async function* exportPerson(deps: LifecycleDeps, asker: Asker): AsyncGenerator<Uint8Array, void, undefined> {
  await deps.audit.append(auditContext(asker), {
    action: 'lifecycle.person_exported',
    resource: null,
    decision: { allowed: true, reason: 'permission own' },
    outcome: 'done',
  });
  const zip = new ZipFile();
  const mtime = deps.clock.now();
  const add = (name: string, lines: AsyncIterable<string>): void =>
    zip.addReadStreamLazy(name, { mtime }, (give) => {
      const stream = Readable.from(lines, { objectMode: false });
      // A file that breaks off must not look like a short one: the zip ends without its end.
      stream.once('error', (error) => (zip.outputStream as Readable).destroy(error));
      give(null, stream);
    });
  add(
    'about.json',
    once(`${JSON.stringify({ exportedAt: mtime.toISOString(), kept: listHoldings(deps.holdings) }, null, 2)}\n`),
  );
  for (const table of deps.holders.flatMap((holder) => holder.exportPerson?.(asker) ?? [])) {
    add(`${table.name}.json`, jsonLines(table));
    add(`${table.name}.csv`, csvLines(table));
  }
  zip.end();
  try {
    for await (const piece of zip.outputStream) yield piece as Uint8Array;
  } finally {
    (zip.outputStream as Readable).destroy();
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function* jsonLines({ rows }: ExportedTable): AsyncGenerator<string> {
  let before = '[';
  for await (const row of rows()) {
    yield `${before}\n  ${JSON.stringify(row)}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

/** Columns are those of the first row: rows of one table are alike. */
async function* csvLines({ rows }: ExportedTable): AsyncGenerator<string> {
  let columns: string[] | null = null;
  for await (const row of rows()) {
    if (columns === null) {
      columns = Object.keys(row);
      yield csvLine(columns);
    }
    yield csvLine(valuesOf(row, columns));
  }
}

function valuesOf(row: Row, columns: readonly string[]): string[] {
  return columns.map((column) => {
    const value = row[column] ?? '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
