/** A text as it might leave: as it is, in other letters, encoded, and turned round. */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const letters = Array.from(text);
  // What comes before decides how the bytes fall into groups of three; the first and the last group have foreign bits in them.
  const inBase64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [
    text,
    text.toUpperCase(),
    encodeURIComponent(text),
    bytes.toString('hex'),
    ...inBase64,
    ...inBase64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
    letters.join(' '),
    letters.toReversed().join(''),
    letters.map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  ];
}
