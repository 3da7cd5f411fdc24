import type { SourceSchema } from '@strongroom/protocol';
import type { Connector } from '../contract.ts';
import { kindOfType } from '../kinds.ts';
import { createPool } from '../pool.ts';
import { type EngineOptions, type FileBytes, openEngine } from './engine.ts';
import type { FileColumn, FileFormat } from './messages.ts';
import { run } from './run.ts';
import { tableName } from './table-name.ts';

/**
 * A file that someone uploaded. `name` is its file name; `format` is what its keeper made of name and first bytes, both
 * an attacker's; `header` is of CSV and TSV, null to guess.
 */
export type FileData = FileBytes & {
  readonly name: string;
  readonly format: FileFormat;
  readonly header: boolean | null;
};

export type FileOptions = Partial<EngineOptions> & {
  /** Children at once for this file; each holds the whole of it in memory. */
  readonly enginesMax?: number;
  /** How long a child without work keeps the file. */
  readonly idleMs?: number;
  readonly waitMs?: number;
};

const GIBIBYTE = 2 ** 30;
const defaults = (options: FileOptions) => ({
  memoryBytes: GIBIBYTE,
  sizeBytesMax: GIBIBYTE,
  openTimeoutMs: 60_000,
  ...options,
});

/** A source that is one file: schema `main`, one table named from the file. Starts nothing until it is used. */
export function openFile(file: FileData, options: FileOptions = {}): Connector {
  const { enginesMax = 2, idleMs = 60_000, waitMs = 10_000 } = options;
  const name = tableName(file.name);
  const pool = createPool({
    membersMax: enginesMax,
    idleMs,
    waitMs,
    open: (signal) => openEngine(file, { format: file.format, header: file.header, name }, defaults(options), signal),
  });
  return {
    describeRights: async () => ({ warnings: [] }),
    async introspect(signal) {
      const engine = await pool.acquire(signal);
      pool.release(engine);
      return schemaOf(name, engine.columns);
    },
    run: (sql, limits, signal) => run(pool, sql, limits, signal),
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

function schemaOf(name: string, columns: readonly FileColumn[]): SourceSchema {
  return {
    tables: [
      {
        schema: 'main',
        name,
        kind: 'file',
        comment: null,
        primaryKey: [],
        uniqueKeys: [],
        foreignKeys: [],
        columns: columns.map((column) => ({
          name: column.name,
          type: column.type,
          kind: kindOfType(column.type),
          nullable: true,
          comment: null,
        })),
      },
    ],
  };
}

export type FilePreviewed = {
  readonly table: string;
  readonly columns: FileColumn[];
  readonly headerGuess: boolean | null;
};

/**
 * Reads a whole uploaded file once and says what it is: never a value, unless its first line was no header after all,
 * which is what the person is asked. Throws files/unreadable with a sentence, files/too_large.
 */
export async function previewFile(
  file: FileData,
  options: FileOptions = {},
  signal?: AbortSignal,
): Promise<FilePreviewed> {
  const { format, header } = file;
  const table = tableName(file.name);
  const engine = await openEngine(file, { format, header, name: table }, defaults(options), signal);
  engine.destroy();
  await engine.closed;
  return { table, columns: engine.columns, headerGuess: engine.headerGuess };
}
