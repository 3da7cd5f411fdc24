import type { AnswerColumn } from '@strongroom/protocol';

export type FileFormat = 'csv' | 'tsv' | 'json' | 'parquet';

/** To the child: `open` first, then the file's bytes, then `loaded`; after that any number of `run`, one at a time. */
export type Command =
  | {
      readonly type: 'open';
      readonly format: FileFormat;
      readonly header: boolean | null;
      readonly table: string;
      readonly memoryBytes: number;
    }
  | { readonly type: 'loaded' }
  | {
      readonly type: 'run';
      readonly sql: string;
      readonly values: readonly string[];
      readonly rows: number;
      readonly bytes: number;
    };

export type FileColumn = { readonly name: string; readonly type: string };

/** What went wrong in the child, in a word: the engine's own text stays there, it can quote values. */
export type ChildProblem =
  | 'no_memory_file'
  | 'memory_file_full'
  | 'not_utf8'
  | 'empty'
  | 'ragged'
  | 'broken'
  | 'no_columns'
  | 'denied'
  | 'type'
  | 'permission'
  | 'resource'
  | 'failed';

export type Answer =
  | { readonly type: 'opened'; readonly columns: FileColumn[]; readonly headerGuess: boolean | null }
  | { readonly type: 'columns'; readonly columns: AnswerColumn[] }
  | {
      readonly type: 'completed';
      readonly rowCount: number;
      readonly complete: boolean;
      readonly limit: 'rows' | 'bytes' | null;
    }
  | { readonly type: 'problem'; readonly problem: ChildProblem; readonly line: number | null };
