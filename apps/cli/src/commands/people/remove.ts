import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function remove({ server, terminal }: Session, idOrEmail: string): Promise<void> {
  await server.call('DELETE', `people/${segment(idOrEmail)}`);
  if (terminal.json) terminal.printJson({ removed: idOrEmail });
  else terminal.aside(`removed ${idOrEmail}`);
}
