import type { LedgerEntry } from '@strongroom/protocol';
import { cellText } from '../../table.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';
import { whoOf } from './entry-view.ts';

export async function show({ server, terminal }: Session, id: string): Promise<void> {
  const entry = await server.call<LedgerEntry>('GET', `ledger/${segment(id)}`);
  if (terminal.json) return terminal.printJson(entry);
  const { decision } = entry;
  const facts: [string, unknown][] = [
    ['#', entry.position],
    ['at', entry.at],
    ['who', whoOf(entry)],
    ['from', entry.address],
    ['session', entry.session],
    ['request', entry.requestId],
    ['action', entry.action],
    ['resource', entry.resource],
    ['decision', decision && `${decision.allowed ? 'allowed' : 'refused'}: ${decision.reason}`],
    ['outcome', entry.outcome],
    ...Object.entries(entry.counts ?? {}),
  ];
  for (const [name, value] of facts) terminal.line(`${cellText(name).padEnd(13)}${cellText(value)}`.trimEnd());
}
