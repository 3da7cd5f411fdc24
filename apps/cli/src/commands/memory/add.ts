import type { Preference } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function add({ server, terminal }: Session, text: string): Promise<void> {
  const preference = await server.call<Preference>('POST', 'preferences', { body: { text } });
  if (terminal.json) terminal.printJson(preference);
  else terminal.line(preference.id);
}
