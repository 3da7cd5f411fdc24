import type { ShownPolicy } from '@strongroom/protocol';
import { CommandFailure } from '../../failure.ts';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** As a file that `policy apply` takes. Fails where there is none, so that no script takes an empty file for a policy. */
export async function show({ server, terminal }: Session, source: string): Promise<void> {
  const shown = await server.call<ShownPolicy>('GET', `policies/${segment(source)}`);
  if (shown.policy === null)
    throw new CommandFailure('access/no_policy', 'the source has no policy; whoever may query it sees all of it');
  if (terminal.json) terminal.printJson(shown);
  else terminal.line(shown.policy.trimEnd());
}
