import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Ways in which a word lies in files: as text, in two bytes a character, in hexadecimal, and in base64 at each of its three alignments. */
function waysOf(word: string): Buffer[] {
  const plain = Buffer.from(word);
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), plain])
      .toString('base64')
      .replace(/=+$/, '');
    // Its first and last characters depend on the neighbours.
    return encoded.slice(shift === 0 ? 0 : shift + 1, -1);
  });
  return [
    plain,
    Buffer.from(word.toUpperCase()),
    Buffer.from(word, 'utf16le'),
    Buffer.from(plain.toString('hex')),
    Buffer.from(plain.toString('hex').toUpperCase()),
    ...inBase64.map((text) => Buffer.from(text)),
  ];
}

/** Every file below `folder` that holds one of `words`, byte by byte, as `word in path`. */
export async function scanFolder(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    for (const word of words)
      if (waysOf(word).some((way) => bytes.includes(way))) found.push(`${word} in ${relative(folder, path)}`);
  }
  return found;
}
