import { closeSync, openSync, readSync } from 'node:fs';

const QUOTE = 34;
const NEWLINE = 10;

/** The number, from 1, of the first line whose record has another count of columns than the first, or whose quote never closes; null when all are alike. */
export function findRaggedLine(path: string, delimiter: string): number | null {
  const separator = delimiter.charCodeAt(0);
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1 << 16);
    let expected = -1;
    let count = 0;
    let line = 1;
    let recordLine = 1;
    let isQuoted = false;
    let recordBytes = 0;
    const endsAlike = () => {
      if (expected < 0) expected = count;
      return count === expected;
    };
    for (let position = 0, length = 1; length > 0; position += length) {
      length = readSync(fd, buffer, 0, buffer.length, position);
      for (let at = 0; at < length; at += 1) {
        const byte = buffer[at];
        if (byte === NEWLINE) line += 1;
        if (byte === QUOTE) isQuoted = !isQuoted;
        else if (!isQuoted && byte === separator) count += 1;
        else if (!isQuoted && byte === NEWLINE) {
          if (!endsAlike()) return recordLine;
          count = 0;
          recordBytes = 0;
          recordLine = line;
          continue;
        }
        recordBytes += 1;
      }
    }
    return isQuoted || (recordBytes > 0 && !endsAlike()) ? recordLine : null;
  } finally {
    closeSync(fd);
  }
}
