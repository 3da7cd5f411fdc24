import { ProblemError } from '@strongroom/protocol';

/** What is wrong with a policy, and at which line of the text, from 1. */
export type Mistake = { line: number; reason: string };

/** null when the problem is another than a wrong policy. */
export function mistakeIn(problem: unknown): Mistake | null {
  if (!(problem instanceof ProblemError) || problem.code !== 'access/bad_policy') return null;
  const { line } = problem.members;
  // The message says the line too, which is where the mark stands.
  return {
    line: typeof line === 'number' ? line : 1,
    reason: problem.message.replace(/^line \d+ of the policy: /, ''),
  };
}

/**
 * A file for another source would be applied to that one, from a page that shows this one. Reads no more than the
 * line that says so; everything else is the server's to read.
 */
export function namesAnotherSource(text: string, source: string): Mistake | null {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('source:'));
  const named = /^source:\s*(['"]?)([A-Za-z][\w-]*)\1\s*(?:#.*)?$/.exec(lines[at] ?? '')?.[2];
  return named === undefined || named === source
    ? null
    : { line: at + 1, reason: `this is the page of ${source}; write the policy of ${named} on its own page` };
}
