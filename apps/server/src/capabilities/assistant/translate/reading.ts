import type { DateRange } from './dates.ts';
import type { Mention } from './chunks.ts';
import type { Bucket, Direction, Role } from './phrases.ts';

/** Names that stand together and mean one thing: `origin airport`, `state of the destination`. The head is last. */
export type Target = {
  readonly mentions: readonly Mention[];
  readonly role: Role | null;
  readonly text: string;
  /** What stands right before it. */
  readonly before: string;
};
export type Measure =
  | {
      readonly function: 'count';
      readonly target: Target | null;
      readonly distinct: boolean;
      /** `the total number of likes`: they are added up where a column holds their number. */
      readonly isTotal?: boolean;
    }
  | { readonly function: 'avg' | 'sum' | 'min' | 'max'; readonly target: Target; readonly distinct: false };
export type Group = { readonly target: Target | null; readonly bucket: Bucket | null };
export type Comparison = '>' | '>=' | '<' | '<=' | '=' | '<>';
export type Condition =
  | {
      readonly kind: 'compare';
      readonly target: Target | null;
      readonly about: readonly string[];
      readonly unit: string | null;
      readonly operator: Comparison;
      readonly value: number;
      readonly not: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'between';
      readonly target: Target | null;
      readonly unit: string | null;
      readonly low: number;
      readonly high: number;
      readonly not: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'value';
      readonly target: Target | null;
      readonly words: readonly string[];
      /** Joined by `and`, not by `or`. */
      readonly isAll: boolean;
      readonly role: Role | null;
      readonly not: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'date';
      readonly target: Target | null;
      readonly range: DateRange;
      readonly not: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'match';
      readonly target: Target;
      readonly where: 'start' | 'end' | 'middle';
      readonly part: string;
      readonly not: boolean;
      readonly text: string;
    }
  | { readonly kind: 'bare'; readonly target: Target; readonly not: boolean; readonly with: boolean };
export type Having = {
  readonly measure: Measure;
  readonly operator: Comparison;
  readonly value: number;
  readonly text: string;
};
/** What the answer is ordered by: a measure, or a column that a superlative speaks of. */
export type Ranking = {
  readonly direction: Direction;
  readonly measure: Measure | null;
  readonly target: Target | null;
  readonly about: readonly string[];
  /** What rows themselves would be ranked by: the highest mountain by its height. */
  readonly ofRows: readonly string[];
  readonly judgedGood: boolean | null;
  readonly common: boolean;
  readonly most: boolean;
};

/** What is to be seen of the answer, said in a sentence of its own. */
export type Shown =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'bucket'; readonly bucket: Bucket }
  | {
      readonly kind: 'measure';
      readonly function: 'count' | 'avg' | 'sum' | 'min' | 'max';
      readonly target: Target | null;
      readonly distinct: boolean;
      readonly text: string;
    };
/** One side of a ratio. */
export type Side = {
  readonly measures: readonly Measure[];
  readonly subjects: readonly Group[];
  readonly conditions: readonly Condition[];
};

/** What a question says, before it is known which table it is about. */
export type Reading = {
  measures: Measure[];
  groups: Group[];
  conditions: Condition[];
  having: Having[];
  subjects: Group[];
  ranking: Ranking | null;
  limit: number | null;
  top: Direction | null;
  all: boolean;
  distinct: boolean;
  when: boolean;
  /** Ordered by what the question names after `ordered by`. */
  orderBy: { target: Target | null; measure: Measure | null; direction: Direction | null } | null;
  /** Of a share: how many of the conditions, in order, belong to the whole. */
  share: { target: Target; conditionsOfWhole: number | null } | null;
  /** `ofAll`: the second side is all of what the first is a part of. */
  ratio: { part: Side; whole: Side; ofAll: boolean } | null;
  shown: Shown[];
  /** The words that nothing accounts for. */
  lost: string[];
};

export function emptyReading(): Reading {
  return {
    measures: [],
    groups: [],
    conditions: [],
    having: [],
    subjects: [],
    ranking: null,
    limit: null,
    top: null,
    all: false,
    distinct: false,
    when: false,
    orderBy: null,
    share: null,
    ratio: null,
    shown: [],
    lost: [],
  };
}
