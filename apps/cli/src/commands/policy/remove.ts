import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function remove({ server, terminal }: Session, source: string): Promise<void> {
  await server.call('DELETE', `policies/${segment(source)}`);
  if (terminal.json) terminal.printJson({ source, removed: true });
  else terminal.aside(`whoever may query ${source} sees all of it now`);
}
