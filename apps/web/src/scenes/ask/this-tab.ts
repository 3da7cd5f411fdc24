import { useSyncExternalStore } from 'react';
import { createAnswers } from './answers.ts';

export type Draft = { mode: 'question' | 'sql'; question: string; sql: string; source: string | null };

/** What is typed and what is looked at: kept while scenes change, gone with the tab. */
export const answers = createAnswers();

const emptyDraft: Draft = { mode: 'question', question: '', sql: '', source: null };
let draft = emptyDraft;
const listeners = new Set<() => void>();

export function changeDraft(change: Partial<Draft>): void {
  draft = { ...draft, ...change };
  for (const listener of listeners) listener();
}

export function readDraft(): Draft {
  return draft;
}

/** On sign-out: rows, and the words of the person who leaves. True when there was an answer. */
export function forgetEverything(): boolean {
  const had = answers.forget();
  changeDraft(emptyDraft);
  return had;
}

export function useDraft(): Draft {
  return useSyncExternalStore(subscribeDraft, readDraft);
}

export function useAnswer() {
  return useSyncExternalStore(answers.subscribe, answers.get);
}

function subscribeDraft(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
