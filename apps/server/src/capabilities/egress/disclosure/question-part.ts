import type { AskerWords } from '@strongroom/protocol';
import { mint, type Part } from './part.ts';

/** The asker's own words, as they typed them, or with values held back. */
export function questionPart(question: AskerWords): Part {
  return mint('question', question);
}
