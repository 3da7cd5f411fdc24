import type { Preference } from '@strongroom/protocol';
import { plainLine } from '../../plain-text.ts';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ preferences: Preference[] }>('GET', 'preferences');
  if (terminal.json) return terminal.printJson(answer);
  const { preferences } = answer;
  if (preferences.length === 0) return terminal.aside('nothing is remembered; `memory add "…"` adds something');
  terminal.table(
    [{ title: 'id' }, { title: 'what every translation by a model heeds' }],
    preferences.map(({ id, text }) => [id, plainLine(text)]),
  );
}
