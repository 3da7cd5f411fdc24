import type { Canary } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ canaries: Canary[] }>('GET', 'canaries');
  if (terminal.json) return terminal.printJson(answer);
  if (answer.canaries.length === 0) return terminal.aside('none yet: `canaries plant NAME` makes one');
  terminal.table(
    [{ title: 'canary' }, { title: 'planted' }, { title: 'found' }, { title: 'last' }],
    answer.canaries.map(({ name, plantedAt, found, foundAt }) => [
      name,
      plantedAt,
      found === 0 ? 'never' : `${found} times`,
      foundAt ?? '',
    ]),
  );
}
