import type { ShownPolicy } from '@strongroom/protocol';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** As a file that `policy apply` takes. */
export async function show({ server, terminal }: Session, source: string): Promise<void> {
  const shown = await server.call<ShownPolicy>('GET', `policies/${segment(source)}`);
  if (terminal.json) terminal.printJson(shown);
  else terminal.line(shown.policy.trimEnd());
}
