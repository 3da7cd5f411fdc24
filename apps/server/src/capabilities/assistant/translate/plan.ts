import type { CatalogTable } from '@strongroom/protocol';
import type { DateRange } from './dates.ts';
import type { Bucket, Direction, Role } from './phrases.ts';
import type { Place } from './places.ts';
import type { Comparison } from './reading.ts';

export type PlannedMeasure = {
  readonly function: 'count' | 'countDistinct' | 'avg' | 'sum' | 'min' | 'max' | 'share' | 'ratio';
  readonly place: Place | null;
  readonly alias: string;
  /** Of a ratio: what is counted or added up above and below, each of its own rows. */
  readonly halves?: readonly [PlannedHalf, PlannedHalf];
};
export type PlannedHalf = { readonly measure: PlannedMeasure; readonly conditions: readonly PlannedCondition[] };
export type PlannedGroup = {
  readonly place: Place;
  readonly bucket: Bucket | null;
  readonly alias: string;
  /** Grouped by the rows of a table, shown by their label. */
  readonly byTable: boolean;
  /** The rows that are grouped by, when it is they that were named. */
  readonly rows: Place | null;
};
export type PlannedCondition =
  | {
      readonly kind: 'compare';
      readonly place: Place;
      readonly operator: Comparison;
      readonly value: number;
      readonly not: boolean;
    }
  | {
      readonly kind: 'between';
      readonly place: Place;
      readonly low: number;
      readonly high: number;
      readonly not: boolean;
    }
  | PlannedFlag
  | { readonly kind: 'date'; readonly place: Place; readonly range: DateRange; readonly not: boolean }
  | {
      readonly kind: 'year';
      readonly place: Place;
      readonly from: number | null;
      readonly before: number | null;
      readonly not: boolean;
    }
  | {
      readonly kind: 'value';
      readonly place: Place;
      readonly values: readonly string[];
      readonly not: boolean;
      /** Joined by `and` in the question. */
      readonly isAll: boolean;
    }
  | {
      readonly kind: 'match';
      readonly place: Place;
      readonly where: 'start' | 'end' | 'middle';
      readonly part: string;
      readonly not: boolean;
    }
  | { readonly kind: 'present'; readonly place: Place; readonly not: boolean }
  | PlannedRelation;
export type PlannedFlag = { readonly kind: 'flag'; readonly place: Place; readonly value: boolean };
/** Whether there are rows of another table that point at this one, and how many. No join: nothing is counted twice. */
export type PlannedRelation = {
  readonly kind: 'related';
  readonly table: CatalogTable;
  /** Column by column, what must be equal there and here. */
  readonly pairs: readonly { readonly own: string; readonly main: Place }[];
  /** Over columns of that other table. */
  readonly conditions: readonly PlannedCondition[];
  readonly count: { readonly operator: Comparison; readonly value: number } | null;
  readonly not: boolean;
};
/** A value still to be found in the source: in these columns, under the asker's rights. */
export type PendingValue = {
  readonly words: readonly string[];
  readonly role: Role | null;
  readonly about: Place | null;
  readonly not: boolean;
  readonly text: string;
  readonly isAll: boolean;
  /** The table whose rows it is said of. */
  readonly main: CatalogTable;
  /** The conditions that it becomes one of. */
  readonly into: PlannedCondition[];
  /** To be found in that table itself, not in what its rows lead to. */
  readonly isOwn: boolean;
};

/** What will be asked of the source, every name settled. */
export type QuestionPlan = {
  readonly main: CatalogTable;
  readonly measures: readonly PlannedMeasure[];
  readonly groups: readonly PlannedGroup[];
  /** Columns to list when nothing is measured. */
  readonly columns: readonly Place[];
  readonly distinct: boolean;
  readonly conditions: readonly PlannedCondition[];
  /** Of a share: the conditions of the part. */
  readonly part: readonly PlannedCondition[];
  readonly having: readonly {
    readonly measure: PlannedMeasure;
    readonly operator: Comparison;
    readonly value: number;
  }[];
  readonly order: { readonly by: PlannedMeasure | Place | 'label'; readonly direction: Direction } | null;
  readonly limit: number | null;
  readonly pending: readonly PendingValue[];
  /** Tables that are named and must be on the way to a value. */
  readonly entities: readonly Place[];
  readonly understood: readonly string[];
  readonly score: number;
};
