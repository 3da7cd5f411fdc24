import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function remove({ server, terminal }: Session, name: string): Promise<void> {
  await server.call('DELETE', `canaries/${segment(name)}`);
  if (terminal.json) terminal.printJson({ removed: name });
  else terminal.aside(`nobody looks for ${name} any more`);
}
