import type { VaultStatus } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function show({ server, terminal }: Session): Promise<void> {
  const status = await server.call<VaultStatus>('GET', 'vault');
  if (terminal.json) return terminal.printJson(status);
  const { holder, keyVersion, epoch, objects, pending } = status;
  terminal.line(`${objects} data keys under workspace key ${keyVersion}, epoch ${epoch}, held by ${holder}`);
  terminal.line(
    pending.count === 0
      ? 'every destruction is final'
      : `${pending.count} destructions are not final yet, the oldest since ${String(pending.since)}`,
  );
}
