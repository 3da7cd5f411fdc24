/**
 * Ways in which a word may lie somewhere, or leave: as text, in two bytes a character, escaped, spread out, turned round, in hexadecimal, and in
 * base64 at each of its three alignments.
 */
export function waysOf(word: string): Buffer[] {
  const letters = Array.from(word);
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
    Buffer.from(encodeURIComponent(word)),
    Buffer.from(letters.map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')),
    Buffer.from(letters.join(' ')),
    Buffer.from(letters.toReversed().join('')),
    Buffer.from(plain.toString('hex')),
    Buffer.from(plain.toString('hex').toUpperCase()),
    ...inBase64.map((text) => Buffer.from(text)),
    ...inBase64.map((text) => Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_'))),
  ];
}
