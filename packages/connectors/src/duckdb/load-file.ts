import type { DuckDBConnection } from '@duckdb/node-api';
import { FileProblem } from './classify.ts';
import { findRaggedLine } from './find-ragged-line.ts';
import { postgresTypeName } from './map-types.ts';
import type { FileColumn, FileFormat } from './messages.ts';
import { printRenameColumn, printRenameTable } from './print-identifier.ts';

const LOADING = 'strongroom_loading';
// PostgreSQL's grammar, which every query passes, cuts identifiers there.
const NAME_BYTES_MAX = 63;

// Dialect fixed (RFC 4180), types from the whole file, so that no later row can fail, and no line is skipped or padded.
const LOAD_CSV = `create table strongroom_loading as select * from read_csv($path, delim = $delimiter, quote = '"', escape = '"', comment = '', skip = 0,
  header = $header, sample_size = -1, strict_mode = true, null_padding = false, ignore_errors = false, allow_quoted_nulls = false)`;
const SNIFF_HEADER = `select HasHeader from sniff_csv($path, delim = $delimiter, quote = '"', escape = '"', comment = '', skip = 0, sample_size = -1,
  strict_mode = true, null_padding = false, ignore_errors = false)`;
const LOAD_JSON =
  'create table strongroom_loading as select * from read_json($path, sample_size = -1, ignore_errors = false, auto_detect = true)';
const LOAD_PARQUET = 'create table strongroom_loading as select * from read_parquet($path)';
const DESCRIBE = 'select * from strongroom_loading limit 0';

/** Loads the file at `path` into the one table of `connection`. */
export async function loadFile(
  connection: DuckDBConnection,
  file: { path: string; format: FileFormat; header: boolean | null; table: string; firstLine: string },
): Promise<{ columns: FileColumn[]; headerGuess: boolean | null }> {
  const { path, format, table } = file;
  let headerGuess: boolean | null = null;
  if (format === 'csv' || format === 'tsv') {
    const delimiter = format === 'tsv' ? '\t' : guessDelimiter(file.firstLine);
    try {
      headerGuess = await guessHeader(connection, path, delimiter);
      await connection.run(LOAD_CSV, { path, delimiter, header: file.header ?? headerGuess });
    } catch (error) {
      // The engine's own words are about dialects; a person is helped by the line.
      const line = findRaggedLine(path, delimiter);
      throw line === null ? error : new FileProblem('ragged', line);
    }
  } else await connection.run(format === 'json' ? LOAD_JSON : LOAD_PARQUET, { path });

  const described = await connection.run(DESCRIBE);
  const names = described.columnNames();
  if (names.length === 0) throw new FileProblem('no_columns');
  const columns: FileColumn[] = [];
  const taken = new Set(names.map((name) => name.toLowerCase()));
  for (const [index, name] of names.entries()) {
    const fitting = fitName(name, index, taken);
    if (fitting !== name) await connection.run(printRenameColumn(LOADING, name, fitting));
    columns.push({ name: fitting, type: postgresTypeName(described.columnType(index)) });
  }
  await connection.run(printRenameTable(LOADING, table));
  return { columns, headerGuess };
}

async function guessHeader(connection: DuckDBConnection, path: string, delimiter: string): Promise<boolean> {
  const result = await connection.run(SNIFF_HEADER, { path, delimiter });
  const [row] = await result.getRows();
  return row?.[0] === true;
}

/** The separator that is most frequent outside of quotes in the first line. */
function guessDelimiter(line: string): string {
  const bare = line.replaceAll(/"[^"]*"/g, '');
  let best = ',';
  let bestCount = 0;
  for (const candidate of [',', ';', '\t', '|']) {
    const count = bare.split(candidate).length - 1;
    if (count > bestCount) [best, bestCount] = [candidate, count];
  }
  return best;
}

function fitName(name: string, index: number, taken: Set<string>): string {
  // Whoever reads the catalog should see what is there.
  const visible = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').trim();
  if (visible === name && name !== '' && Buffer.byteLength(name) <= NAME_BYTES_MAX) return name;
  const base = firstBytes(visible === '' ? `column${index}` : visible, NAME_BYTES_MAX - 4);
  let fitting = base;
  for (let next = 1; taken.has(fitting.toLowerCase()); next += 1) fitting = `${base}_${next}`;
  taken.add(fitting.toLowerCase());
  return fitting;
}

/** As much of the text as fits, never half a character. */
function firstBytes(text: string, bytesMax: number): string {
  // A decoder that expects more keeps back the bytes of an unfinished character.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytesMax), { stream: true });
}
