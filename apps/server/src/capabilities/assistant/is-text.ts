/** Text a person can have typed: well-formed, without NUL and without the mark that broken UTF-8 leaves behind. */
export function isText(words: string): boolean {
  return words.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/.test(words);
}
