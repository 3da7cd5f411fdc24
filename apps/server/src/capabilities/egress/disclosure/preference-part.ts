import type { AskerWords } from '@strongroom/protocol';
import { mint, type Part } from './part.ts';

/** What the asker wants every translation to heed, in their own words. */
export function preferencePart(preferences: readonly AskerWords[]): Part {
  return mint('preference', ['The asker prefers:', ...preferences.map((words) => `- ${words}`)].join('\n'));
}
