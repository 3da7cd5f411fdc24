import type { KeptCall } from '@strongroom/protocol';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ calls: KeptCall[] }>('GET', 'gateway/calls');
  if (terminal.json) return terminal.printJson(answer);
  if (answer.calls.length === 0)
    return terminal.aside('nothing is kept; `gateway keep KEY --days N` turns it on for a key');
  terminal.table(
    [{ title: 'id' }, { title: 'at' }, { title: 'goes' }, { title: 'model' }, { title: 'request' }],
    answer.calls.map(({ id, at, expiresAt, model, request }) => [id, at, expiresAt, model, request]),
  );
}

/** Without an id: all of them. */
export async function forget({ server, terminal }: Session, id: string | undefined): Promise<void> {
  const path = id === undefined ? 'gateway/calls' : `gateway/calls/${segment(id)}`;
  const { removed } = (await server.call<{ removed: number } | undefined>('DELETE', path)) ?? { removed: 1 };
  if (terminal.json) terminal.printJson({ removed });
  else terminal.aside(`forgot ${removed} ${removed === 1 ? 'call' : 'calls'}`);
}
