import type { Session } from '../../session.ts';

export async function rotateKey({ server, terminal }: Session): Promise<void> {
  const result = await server.call<{ keyVersion: number }>('POST', 'vault/key:rotate');
  if (terminal.json) terminal.printJson(result);
  else terminal.line(`workspace key ${result.keyVersion} wraps every data key; the old one is gone`);
}
