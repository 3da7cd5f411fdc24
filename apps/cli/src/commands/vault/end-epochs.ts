import type { Session } from '../../session.ts';

export async function endEpochs({ server, terminal }: Session): Promise<void> {
  const result = await server.call<{ final: number }>('POST', 'vault/epochs:end');
  if (terminal.json) terminal.printJson(result);
  else terminal.line(result.final === 0 ? 'nothing was pending' : `${result.final} destructions are final now`);
}
