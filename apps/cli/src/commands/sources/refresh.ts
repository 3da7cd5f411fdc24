import type { Source } from '@strongroom/protocol';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';
import { showSource } from './show.ts';

export async function refresh({ server, terminal }: Session, name: string): Promise<void> {
  await server.call('POST', `sources/${segment(name)}:refresh`, { body: {} });
  const source = await server.call<Source>('GET', `sources/${segment(name)}`);
  if (terminal.json) terminal.printJson(source);
  else showSource(terminal, source);
}
