import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function add({ server, terminal }: Session, name: string): Promise<void> {
  const team = await server.call('POST', 'teams', { body: { name } });
  if (terminal.json) terminal.printJson(team ?? { name });
  else terminal.aside(`added team ${name}`);
}

export async function remove({ server, terminal }: Session, name: string): Promise<void> {
  await server.call('DELETE', `teams/${segment(name)}`);
  if (terminal.json) terminal.printJson({ removed: name });
  else terminal.aside(`removed team ${name}`);
}
