import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** JSON also without `--json`: it is made to be kept in a file. */
export async function receipt({ server, terminal }: Session, id: string): Promise<void> {
  terminal.printJson(await server.call('GET', `questions/${segment(id)}/receipt`));
}
