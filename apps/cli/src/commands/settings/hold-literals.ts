import type { AssistantSettings } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function set({ server, terminal }: Session, holdLiterals: boolean): Promise<void> {
  const settings = await server.call<AssistantSettings>('PUT', 'settings/assistant', { body: { holdLiterals } });
  if (terminal.json) terminal.printJson(settings);
  else terminal.line(saysHoldLiterals(settings));
}

export function saysHoldLiterals({ holdLiterals }: AssistantSettings): string {
  return holdLiterals
    ? 'names, numbers, addresses, quoted text and dates of a question stay here; a model is told :v1, :v2, …'
    : 'a model is told a question as it was typed';
}
