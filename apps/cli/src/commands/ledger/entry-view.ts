import type { LedgerEntry } from '@strongroom/protocol';

/** Who did it; of an entry that shows nothing more, why. */
export function whoOf(entry: LedgerEntry): string {
  return entry.state === 'open' ? entry.actor.name : `(${entry.state})`;
}

export function countsOf(entry: LedgerEntry): string {
  return Object.entries(entry.counts ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
