import { mint, type Part } from './part.ts';

/** The asker's own words, as they typed them. */
export function questionPart(question: string): Part {
  return mint('question', question);
}
