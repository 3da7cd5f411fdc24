import type { DrillReport } from '@strongroom/protocol';
import { CommandFailure } from '../../failure.ts';
import type { Session } from '../../session.ts';

/** Fails when a key does not open: whoever rehearses wants to know by the exit code. */
export async function drill({ server, terminal }: Session): Promise<void> {
  const report = await server.call<DrillReport>('POST', 'vault:drill');
  if (terminal.json) terminal.printJson(report);
  const { objects, damaged, seconds } = report;
  if (damaged.length > 0) throw new CommandFailure('vault/damaged', `these keys do not open: ${damaged.join(', ')}`);
  if (!terminal.json)
    terminal.line(`OK: ${objects} data keys were moved to a shadow and opened there, in ${seconds.toFixed(2)} s`);
}
