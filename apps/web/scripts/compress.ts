import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const KINDS = new Set(['.js', '.css', '.svg']);
const SIZE_BYTES_MIN = 512;

/** Writes `.br` and `.gz` beside every file worth it, so that the server compresses nothing at run time. */
export async function compressFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || !KINDS.has(path.extname(entry.name))) continue;
    const content = await readFile(file);
    if (content.length < SIZE_BYTES_MIN) continue;
    await writeFile(
      `${file}.br`,
      await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    );
    await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
  }
}
