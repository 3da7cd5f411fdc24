import type { ChildProblem } from './messages.ts';
import { MemoryFileFullError, NoMemoryFileError } from './memory-file.ts';

/** Thrown in the child for what it found itself. */
export class FileProblem extends Error {
  readonly problem: ChildProblem;
  readonly line: number | null;

  constructor(problem: ChildProblem, line: number | null = null) {
    super(problem);
    this.problem = problem;
    this.line = line;
  }
}

const BY_CLASS: readonly (readonly [RegExp, ChildProblem])[] = [
  [/^Catalog Error/, 'denied'],
  [/^Binder Error: .*(not found|does not exist|doesn't exist)/s, 'denied'],
  [/^(Binder|Conversion|Out of Range|Mismatch Type|Decimal|Divide by Zero|Invalid type|Invalid Input) Error/, 'type'],
  [/^Permission Error/, 'permission'],
  [/^Out of Memory Error/, 'resource'],
  [/^Cannot create a string longer/, 'resource'],
];

/** A word for an engine error. INVARIANT: its text, which can quote values, is read here and goes no further. */
export function classifyQueryError(error: unknown): ChildProblem {
  if (error instanceof FileProblem) return error.problem;
  const text = error instanceof Error ? error.message : '';
  return BY_CLASS.find(([pattern]) => pattern.test(text))?.[1] ?? 'failed';
}

export function classifyLoadError(error: unknown): { problem: ChildProblem; line: number | null } {
  if (error instanceof FileProblem) return { problem: error.problem, line: error.line };
  if (error instanceof NoMemoryFileError) return { problem: 'no_memory_file', line: null };
  if (error instanceof MemoryFileFullError) return { problem: 'memory_file_full', line: null };
  const text = error instanceof Error ? error.message : '';
  if (text.startsWith('Out of Memory Error')) return { problem: 'resource', line: null };
  const line = /^Invalid Input Error: CSV Error on Line: ([0-9]{1,12})\b/.exec(text);
  return line === null ? { problem: 'broken', line: null } : { problem: 'ragged', line: Number(line[1]) };
}
