import type { PolicyCheck } from '@strongroom/protocol';
import { WrongUsage } from '../../failure.ts';
import { readText } from '../../read-text.ts';
import type { Session } from '../../session.ts';

export async function check(session: Session, path: string, sql: string, { as }: { as: string }): Promise<void> {
  const { server, terminal } = session;
  if (path === '-' && sql === '-') throw new WrongUsage('only one of the two can be read from standard input');
  const policy = await readText(session, path);
  const asked = sql === '-' ? await terminal.readInput() : sql;
  if (asked.trim() === '') throw new WrongUsage('the SQL is empty');
  const checked = await server.call<PolicyCheck>('POST', 'policies:check', { body: { policy, as, sql: asked } });
  if (terminal.json) return terminal.printJson(checked);
  terminal.line(checked.sql.run ?? '');
  for (const rule of checked.rules) terminal.aside(`  ${rule}`);
  terminal.aside(`nothing was run; this is what ${checked.as} would get on ${checked.source}`);
}
