import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function certificate({ server, terminal }: Session, id: string): Promise<void> {
  const response = await server.open('GET', `erasures/${segment(id)}`);
  terminal.line((await response.text()).trimEnd());
}
