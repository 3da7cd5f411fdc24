import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function share({ server, terminal }: Session, source: string, options: { with: string }): Promise<void> {
  await server.call('POST', `sources/${segment(source)}/grants`, { body: { with: options.with } });
  if (terminal.json) terminal.printJson({ source, with: options.with, shared: true });
  else terminal.aside(`${source} can be queried by ${options.with}`);
}
