import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function revoke({ server, terminal }: Session, id: string): Promise<void> {
  await server.call('DELETE', `tokens/${segment(id)}`);
  if (terminal.json) terminal.printJson({ revoked: id });
  else terminal.aside(`revoked ${id}`);
}
