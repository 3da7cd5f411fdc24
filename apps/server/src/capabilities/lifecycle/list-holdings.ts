import type { PersonHolding } from '@strongroom/protocol';
import type { Holding } from '#contracts';

export type { PersonHolding };

/** Of all that is kept, what is about people, field by field. */
export function listHoldings(holdings: readonly Holding[]): PersonHolding[] {
  return holdings
    .filter(({ about }) => about === 'person')
    .map(({ place, name, fields, what, why, howLong, exported, erased }) => ({
      place: place === 'table' ? `table ${name}` : place === 'files' ? `folder ${name}` : `memory: ${name}`,
      what,
      why,
      howLong,
      fields: Object.entries(fields).map(([field, meaning]) => ({ name: field, what: meaning })),
      exported,
      erased,
    }));
}
