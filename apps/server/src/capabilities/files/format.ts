import type { FileFormat } from '@strongroom/connectors';
import { badName, unknownFormat, wrongFormat } from './errors.ts';

const FORMATS: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  txt: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  json: 'json',
  ndjson: 'json',
  jsonl: 'json',
  parquet: 'parquet',
  pq: 'parquet',
};
const NAME_LENGTH_MAX = 200;

/**
 * The file's own name from the attacker-controlled header: percent-decoded, folders dropped. It is shown, never
 * used as a path. Throws `files/bad_name`.
 */
export function parseFileName(header: string | undefined): string {
  if (header === undefined) throw badName();
  let decoded: string;
  try {
    decoded = decodeURIComponent(header);
  } catch {
    throw badName();
  }
  const name = decoded.split(/[/\\]/).at(-1)?.trim() ?? '';
  // oxlint-disable-next-line no-control-regex
  if (
    name === '' ||
    name === '.' ||
    name === '..' ||
    name.length > NAME_LENGTH_MAX ||
    /[\u0000-\u001f\u007f]/.test(name)
  )
    throw badName();
  return name;
}

/** By the end of the name. Throws `files/unknown_format`. */
export function formatOf(name: string): FileFormat {
  const ending = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
  const format = Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
  if (format === undefined) throw unknownFormat();
  return format;
}

const MAGIC: readonly { readonly bytes: readonly number[]; readonly what: string }[] = [
  { bytes: [0x50, 0x41, 0x52, 0x31], what: 'Parquet' },
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'a ZIP archive or an Excel workbook' },
  { bytes: [0x1f, 0x8b], what: 'gzip-compressed data' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: 'zstd-compressed data' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'a PDF document' },
];

/** Looks at the first bytes only. Throws `files/wrong_format` when they contradict the name. */
export function checkFirstBytes(name: string, format: FileFormat, head: Uint8Array): void {
  const magic = MAGIC.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (format === 'parquet') {
    if (magic?.what !== 'Parquet') throw wrongFormat(name, magic?.what ?? 'no Parquet');
    return;
  }
  if (magic !== undefined) throw wrongFormat(name, magic.what);
  // UTF-16 text has NULs too; DuckDB reads UTF-8, so it is refused here with a sentence.
  if (head.includes(0)) throw wrongFormat(name, 'bytes that are not UTF-8 text');
}
