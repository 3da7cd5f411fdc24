import type { AskerWords, CatalogTable, HeldLiteral } from '@strongroom/protocol';
import { descriptionPart } from './description-part.ts';
import { type Earlier, earlierPart } from './earlier-part.ts';
import { errorPart, type StatementRefusal } from './error-part.ts';
import { glossaryPart } from './glossary-part.ts';
import { instructionPart } from './instruction-part.ts';
import { isMinted, type Part } from './part.ts';
import { popularityPart } from './popularity-part.ts';
import { preferencePart } from './preference-part.ts';
import { questionPart } from './question-part.ts';
import { schemaPart } from './schema-part.ts';

/** All that may be told for one question. The egress takes nothing else: no string, no row. */
export class Disclosure {
  readonly parts: readonly Part[];
  readonly tables: number;
  readonly columns: number;
  /** What the words in it stand for; stays here. null: nothing is held back. */
  readonly heldBack: readonly HeldLiteral[] | null;
  // A private member makes the type nominal: an object of the same shape does not pass for one.
  readonly #made = true;

  /** For `buildDisclosure`; throws when a part was made elsewhere. */
  constructor(
    parts: readonly Part[],
    {
      tables,
      heldBack,
    }: { readonly tables: readonly CatalogTable[]; readonly heldBack: readonly HeldLiteral[] | null },
  ) {
    if (!parts.every(isMinted)) throw new TypeError('a disclosure holds only parts made by its constructors');
    this.parts = Object.freeze([...parts]);
    this.tables = tables.length;
    this.columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
    this.heldBack = heldBack;
  }

  /** False for anything that was not constructed here, whatever its type says. */
  static isOne(value: unknown): value is Disclosure {
    return typeof value === 'object' && value !== null && #made in value;
  }
}

export type DisclosureInput = {
  readonly question: AskerWords;
  /** Those the asker may see and the question needs; see `chooseTables`. */
  readonly tables: readonly CatalogTable[];
  readonly earlier?: Earlier | null;
  readonly preferences?: readonly AskerWords[];
  /** By name, what was held back of all these words; null or absent: nothing is. */
  readonly heldBack?: readonly HeldLiteral[] | null;
  readonly refusal?: StatementRefusal | null;
};

export function buildDisclosure(input: DisclosureInput): Disclosure {
  const { question, tables, earlier = null, preferences = [], heldBack = null, refusal = null } = input;
  const parts = [
    instructionPart(heldBack ?? []),
    schemaPart(tables),
    descriptionPart(tables),
    glossaryPart(tables),
    popularityPart(tables),
    preferences.length === 0 ? null : preferencePart(preferences),
    earlier === null ? null : earlierPart(earlier),
    questionPart(question),
    refusal === null ? null : errorPart(refusal),
  ];
  return new Disclosure(
    parts.filter((part) => part !== null),
    { tables, heldBack },
  );
}
