import type { LedgerEntry } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export type LedgerOptions = {
  limit?: number;
  before?: number;
  action?: string;
  actor?: string;
  resource?: string;
  outcome?: string;
};

export async function list({ server, terminal }: Session, options: LedgerOptions): Promise<void> {
  const { limit, before, action, actor, resource, outcome } = options;
  const given = Object.entries({ limit, before, action, actor, resource, outcome }).filter(
    ([, value]) => value !== undefined,
  );
  const filter = new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]));
  const page = await server.call<{ entries: LedgerEntry[]; next: number | null }>('GET', `ledger?${filter.toString()}`);
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
  const counts = (entry: LedgerEntry): string =>
    Object.entries(entry.counts)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  terminal.table(
    columns,
    page.entries.map((entry) => [
      entry.position,
      entry.at,
      entry.actor.name,
      entry.action,
      entry.resource,
      entry.outcome,
      entry.decision.reason,
      counts(entry),
    ]),
  );
  if (page.next !== null) terminal.aside(`older entries: ledger list --before ${page.next}`);
}
