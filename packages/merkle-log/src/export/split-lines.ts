import { isUtf8 } from 'node:buffer';
import { LogError } from '../errors.ts';

const newline = 0x0a;
const lineSizeMax = 1024 * 1024;

/** Lines of UTF-8 text, without their line feeds. Memory: one line. Throws `merkle-log/bad_export` for one of over 1 MiB. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      yield textOf(bytes.subarray(from, end));
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > lineSizeMax) throw new LogError('merkle-log/bad_export', 'a line of the export is too long');
  }
  if (rest.length > 0) yield textOf(rest);
}

/** Bytes that are no text would be read as the character that stands for them, and that one may have been hashed. */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new LogError('merkle-log/bad_export', 'the export is not text in UTF-8');
  return bytes.toString('utf8');
}
