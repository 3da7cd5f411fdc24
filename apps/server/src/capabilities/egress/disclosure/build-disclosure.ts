import type { CatalogTable } from '@strongroom/protocol';
import { descriptionPart } from './description-part.ts';
import { instructionPart } from './instruction-part.ts';
import { isMinted, type Part } from './part.ts';
import { questionPart } from './question-part.ts';
import { schemaPart } from './schema-part.ts';

/** All that may be told for one question. The egress takes nothing else: no string, no row. */
export class Disclosure {
  readonly parts: readonly Part[];
  readonly tables: number;
  readonly columns: number;
  // A private member makes the type nominal: an object of the same shape does not pass for one.
  readonly #made = true;

  /** For `buildDisclosure`; throws when a part was made elsewhere. */
  constructor(parts: readonly Part[], tables: readonly CatalogTable[]) {
    if (!parts.every(isMinted)) throw new TypeError('a disclosure holds only parts made by its constructors');
    this.parts = Object.freeze([...parts]);
    this.tables = tables.length;
    this.columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  }

  /** False for anything that was not constructed here, whatever its type says. */
  static isOne(value: unknown): value is Disclosure {
    return typeof value === 'object' && value !== null && #made in value;
  }
}

/** `tables` are those the asker may see and the question needs; see `chooseTables`. */
export function buildDisclosure(input: {
  readonly question: string;
  readonly tables: readonly CatalogTable[];
}): Disclosure {
  const described = descriptionPart(input.tables);
  return new Disclosure(
    [
      instructionPart(),
      schemaPart(input.tables),
      ...(described === null ? [] : [described]),
      questionPart(input.question),
    ],
    input.tables,
  );
}
