import type { PlantedCanary } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function plant({ server, terminal }: Session, name: string): Promise<void> {
  const canary = await server.call<PlantedCanary>('POST', 'canaries', { body: { name } });
  if (terminal.json) return terminal.printJson(canary);
  terminal.line(canary.token);
  terminal.aside('shown this once: write it into a row that nobody reads, in a text or a uuid column');
  terminal.aside('whatever holds it is stopped on its way to a model, through the gateway or out of the audit log');
}
