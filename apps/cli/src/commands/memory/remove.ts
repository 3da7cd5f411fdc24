import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** Without an id: all of it. */
export async function remove({ server, terminal }: Session, id: string | undefined): Promise<void> {
  const path = id === undefined ? 'preferences' : `preferences/${segment(id)}`;
  const { removed } = (await server.call<{ removed: number } | undefined>('DELETE', path)) ?? { removed: 1 };
  if (terminal.json) terminal.printJson({ removed });
  else terminal.aside(`removed ${removed} ${removed === 1 ? 'preference' : 'preferences'}`);
}
