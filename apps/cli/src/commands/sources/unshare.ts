import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function unshare({ server, terminal }: Session, source: string, options: { with: string }): Promise<void> {
  await server.call('DELETE', `sources/${segment(source)}/grants`, { body: { with: options.with } });
  if (terminal.json) terminal.printJson({ source, with: options.with, shared: false });
  else terminal.aside(`${source} is no longer shared with ${options.with}`);
}
