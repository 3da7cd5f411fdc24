import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** JSON also without `--json`: it is made to be kept in a file. */
export async function prove(
  { server, terminal }: Session,
  id: string,
  { installation = false }: { installation?: boolean },
): Promise<void> {
  const log = installation ? 'installation/ledger' : 'ledger';
  terminal.printJson(await server.call('GET', `${log}/${segment(id)}/proof`));
}
