import type { LedgerEntry } from '@strongroom/protocol';
import type { Session } from '../../session.ts';
import { countsOf, whoOf } from './entry-view.ts';
import { type LedgerFilter, queryOf } from './filter.ts';

export type LedgerOptions = LedgerFilter & { limit?: number; before?: number };
type Whose = { installation?: boolean };

export async function list(
  { server, terminal }: Session,
  { installation = false, ...options }: LedgerOptions & Whose,
): Promise<void> {
  const path = `${installation ? 'installation/' : ''}ledger${queryOf(options)}`;
  const page = await server.call<{ entries: LedgerEntry[]; next: number | null }>('GET', path);
  if (terminal.json) return terminal.printJson(page);
  const columns = [
    { title: '#', right: true },
    { title: 'at' },
    { title: 'who' },
    { title: 'action' },
    { title: 'resource' },
    { title: 'outcome' },
    { title: 'reason' },
    { title: 'counts' },
  ];
  terminal.table(
    columns,
    page.entries.map((entry) => [
      entry.position,
      entry.at,
      whoOf(entry),
      entry.action,
      entry.resource,
      entry.outcome,
      entry.decision?.reason,
      countsOf(entry),
    ]),
  );
  if (page.next !== null) terminal.aside(`older entries: ledger list --before ${page.next}`);
}
