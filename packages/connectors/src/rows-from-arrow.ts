import { isAscii } from 'node:buffer';
import {
  type Binary,
  type Data,
  DataType,
  type Field,
  type RecordBatch,
  RecordBatchReader,
  type Utf8,
} from 'apache-arrow';
import { KIND_KEY, TYPE_KEY } from './arrow/columns.ts';
import { splitMessages } from './arrow/split-messages.ts';

const INT32_MAX = 0x7fff_ffff;
const INT32_MIN = -0x8000_0000;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;

// Parsed, JSON takes many times the memory of its text.
const PARSED_LENGTH_MAX = 4 * 1024 * 1024;

type Read = (row: number) => unknown;

/**
 * Values of an Arrow IPC stream as JSON can carry them, one array of rows a batch: NULL null, integers beyond 2^53 and
 * decimals as text, NaN and infinities as text, dates `YYYY-MM-DD`, timestamps `YYYY-MM-DDTHH:MM:SS[.ffffff]` (with `Z`
 * where there is a zone), years before 1 with ` BC` as PostgreSQL writes them, bytes as `\x…`, json and arrays parsed (as text beyond 4 MB).
 */
export async function* rowsFromArrow(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown[][]> {
  let schema: Uint8Array | null = null;
  for await (const message of splitMessages(chunks)) {
    if (schema === null) schema = message;
    else for (const batch of RecordBatchReader.from([schema, message])) yield readBatch(batch);
  }
}

function readBatch(batch: RecordBatch): unknown[][] {
  const columns = batch.schema.fields.map((field, index) => readColumn(batch.data.children[index]!, field));
  const rows: unknown[][] = [];
  for (let row = 0; row < batch.numRows; row += 1) rows.push(columns.map((read) => read(row)));
  return rows;
}

function readColumn(data: Data, field: Field): Read {
  const read = readValues(data, field.type, field.metadata.get(KIND_KEY), field.metadata.get(TYPE_KEY));
  if (data.nullCount === 0) return read;
  const { nullBitmap } = data;
  return (row) => ((nullBitmap[row >> 3]! >> (row & 7)) & 1 ? read(row) : null);
}

function readValues(data: Data, type: DataType, kind: string | undefined, typeName: string | undefined): Read {
  if (DataType.isUtf8(type)) {
    const text = readText(data);
    return kind === 'json' || kind === 'array' ? (row) => parsed(text(row)) : text;
  }
  if (DataType.isBinary(type)) {
    const { values, valueOffsets } = data as Data<Binary>;
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return (row) => `\\x${bytes.toString('hex', valueOffsets[row], valueOffsets[row + 1])}`;
  }
  if (DataType.isBool(type)) {
    const bits = data.values as Uint8Array;
    return (row) => ((bits[row >> 3]! >> (row & 7)) & 1) === 1;
  }
  if (DataType.isFloat(type)) {
    const values = data.values as Float64Array;
    return typeName === 'real' ? (row) => realValue(values[row]!) : (row) => floatValue(values[row]!);
  }
  if (DataType.isDate(type)) {
    const values = data.values as Int32Array;
    return (row) => dateText(values[row]!);
  }
  if (DataType.isTimestamp(type)) {
    const values = data.values as unknown as BigInt64Array;
    const zone = type.timezone ? 'Z' : '';
    const dateOf = rememberingCivil();
    return (row) => timestampText(values[row]!, zone, dateOf);
  }
  if (DataType.isInt(type) && type.bitWidth === 64) return readBigints(data.values);
  const values = data.values as Int32Array;
  return (row) => values[row];
}

/** A column of ASCII is decoded in one go and cut; others value by value. */
function readText(data: Data): (row: number) => string {
  const { values, valueOffsets } = data as Data<Utf8>;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (isAscii(bytes)) {
    const all = bytes.toString('latin1');
    return (row) => all.slice(valueOffsets[row], valueOffsets[row + 1]);
  }
  return (row) => bytes.toString('utf8', valueOffsets[row], valueOffsets[row + 1]);
}

function readBigints(values: BigInt64Array): Read {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (row) => {
    const high = words[row * 2 + 1]!;
    // Within 2^53 the two halves make a number without a detour over bigint.
    if (high >= -0x20_0000 && high < 0x20_0000) {
      const value = high * 2 ** 32 + (words[row * 2]! >>> 0);
      if (Number.isSafeInteger(value)) return value;
    }
    return String(values[row]);
  };
}

const floatValue = (value: number) => (Number.isFinite(value) ? value : String(value));

/** The shortest decimal that is the same 32-bit float. */
function realValue(value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 6; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function parsed(text: string): unknown {
  if (text.length > PARSED_LENGTH_MAX) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function dateText(days: number): string {
  if (days === INT32_MAX) return 'infinity';
  if (days === INT32_MIN) return '-infinity';
  const { date, suffix } = civil(days);
  return date + suffix;
}

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

function timestampText(microseconds: bigint, zone: string, dateOf: typeof civil): string {
  if (microseconds === INT64_MAX) return 'infinity';
  if (microseconds === INT64_MIN) return '-infinity';
  const { days, ofDay } = splitDay(microseconds);
  const { date, suffix } = dateOf(days);
  const seconds = Math.floor(ofDay / SECOND);
  const fraction = ofDay % SECOND;
  const clock = `${pad2(Math.floor(seconds / 3600))}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}`;
  return `${date}T${clock}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`}${zone}${suffix}`;
}

function splitDay(microseconds: bigint): { days: number; ofDay: number } {
  const value = Number(microseconds);
  if (Number.isSafeInteger(value)) {
    const days = Math.floor(value / DAY);
    return { days, ofDay: value - days * DAY };
  }
  const ofDay = ((microseconds % BigInt(DAY)) + BigInt(DAY)) % BigInt(DAY);
  return { days: Number((microseconds - ofDay) / BigInt(DAY)), ofDay: Number(ofDay) };
}

/** Of the day asked for last it is not worked out again: rows that follow each other are often of one day. */
function rememberingCivil(): typeof civil {
  let lastDays = Number.NaN;
  let last = { date: '', suffix: '' };
  return (days) => {
    if (days !== lastDays) last = civil(days);
    lastDays = days;
    return last;
  };
}

const pad2 = (value: number) => (value < 10 ? `0${value}` : String(value));

/** Days since 1970-01-01 to the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"); `Date` ends in year 275760. */
function civil(days: number): { date: string; suffix: string } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const shown = year > 0 ? year : 1 - year;
  return {
    date: `${shown < 1000 ? String(shown).padStart(4, '0') : shown}-${pad2(month)}-${pad2(day)}`,
    suffix: year > 0 ? '' : ' BC',
  };
}
