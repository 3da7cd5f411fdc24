import type { Source } from '@strongroom/protocol';
import { cellText } from '../../table.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';
import type { Terminal } from '../../terminal.ts';

export async function show({ server, terminal }: Session, name: string): Promise<void> {
  const source = await server.call<Source>('GET', `sources/${segment(name)}`);
  if (terminal.json) terminal.printJson(source);
  else showSource(terminal, source);
}

export function showSource(terminal: Terminal, source: Source): void {
  const facts: [string, unknown][] = [
    ['name', source.name],
    ['kind', source.kind],
    ['where', source.location],
    ['status', source.status],
    ['tables', source.tables],
    ['owner', source.owner],
    ['shared with', source.grants.join(', ') || 'nobody'],
    ['refreshed', source.refreshedAt],
  ];
  for (const [name, value] of facts) terminal.line(`${name.padEnd(13)}${cellText(value)}`.trimEnd());
  for (const warning of source.warnings) terminal.warn(`warning: ${warning}`);
}
