import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** `days` null: nothing of it any more. */
export async function keep({ server, terminal }: Session, key: string, days: number | null): Promise<void> {
  await server.call('PUT', `gateway/keys/${segment(key)}/retention`, { body: { days } });
  if (terminal.json) return terminal.printJson({ days });
  terminal.aside(
    days === null
      ? 'nothing more is kept; what was kept before goes when its time is over, or by `gateway calls forget --all`'
      : `kept for ${days} days, sealed, for you alone; every reply says so to who uses the key`,
  );
}
