import type { Erasure } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const { erasures } = await server.call<{ erasures: Erasure[] }>('GET', 'erasures');
  if (terminal.json) return terminal.printJson({ erasures });
  terminal.table(
    [{ title: 'id' }, { title: 'kind' }, { title: 'asked for' }, { title: 'status' }, { title: 'keys', right: true }],
    erasures.map(({ id, kind, requestedAt, status, keys }) => [id, kind, requestedAt, status, keys]),
  );
}
