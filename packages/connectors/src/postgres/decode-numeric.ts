import type { VariableColumn } from '../arrow/columns.ts';
import { type as typeProblem } from '../errors.ts';
import { ProtocolError } from '../wire-errors.ts';

const ZERO = 48;
const NAN = 0xc000;
const POSITIVE_INFINITY = 0xd000;
const NEGATIVE_INFINITY = 0xf000;
const NEGATIVE = 0x4000;
const HEADER_BYTES = 8;
/** PostgreSQL allows 147,455 digits, in as few as ten bytes. */
const TEXT_BYTES_MAX = 64 * 1024;

/**
 * Writes a binary `numeric` (numeric_send: count, weight, sign, scale, digits of base 10,000) as its exact decimal text.
 * Throws run/type for one of more than TEXT_BYTES_MAX digits.
 */
export function appendNumeric(column: VariableColumn, buffer: Buffer, at: number, length: number): void {
  if (length < HEADER_BYTES) throw new ProtocolError('short numeric');
  const count = buffer.readInt16BE(at);
  const weight = buffer.readInt16BE(at + 2);
  const sign = buffer.readUInt16BE(at + 4);
  const scale = buffer.readUInt16BE(at + 6);
  if (sign === NAN) return column.appendText('NaN');
  if (sign === POSITIVE_INFINITY) return column.appendText('Infinity');
  if (sign === NEGATIVE_INFINITY) return column.appendText('-Infinity');
  if (count < 0 || length !== HEADER_BYTES + count * 2) throw new ProtocolError('bad numeric');
  const sizeBytes = Math.max(1, (weight + 1) * 4) + scale;
  if (sizeBytes > TEXT_BYTES_MAX) throw typeProblem('numeric of too many digits');
  column.reserve(sizeBytes + 8);
  const out = column.bytes;
  let to = column.length;
  if (sign === NEGATIVE) out[to++] = 45;

  const digit = (index: number) =>
    index >= 0 && index < count ? buffer.readUInt16BE(at + HEADER_BYTES + index * 2) : 0;
  let hasDigits = false;
  for (let index = 0; index <= weight; index += 1) {
    const group = digit(index);
    if (hasDigits || group >= 1000) out[to++] = ZERO + ((group / 1000) | 0);
    if (hasDigits || group >= 100) out[to++] = ZERO + (((group / 100) | 0) % 10);
    if (hasDigits || group >= 10) out[to++] = ZERO + (((group / 10) | 0) % 10);
    if (hasDigits || group > 0) {
      out[to++] = ZERO + (group % 10);
      hasDigits = true;
    }
  }
  if (!hasDigits) out[to++] = ZERO;
  if (scale > 0) out[to++] = 46;
  for (let left = scale, index = weight + 1; left > 0; left -= 4, index += 1) {
    const group = digit(index);
    out[to++] = ZERO + ((group / 1000) | 0);
    if (left > 1) out[to++] = ZERO + (((group / 100) | 0) % 10);
    if (left > 2) out[to++] = ZERO + (((group / 10) | 0) % 10);
    if (left > 3) out[to++] = ZERO + (group % 10);
  }
  column.length = to;
  column.endRow();
}
