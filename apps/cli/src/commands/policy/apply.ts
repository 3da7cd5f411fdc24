import type { AppliedPolicy } from '@strongroom/protocol';
import { readText } from '../../read-text.ts';
import type { Session } from '../../session.ts';

export async function apply(session: Session, path: string): Promise<void> {
  const { server, terminal } = session;
  const body = { policy: await readText(session, path) };
  const applied = await server.call<AppliedPolicy>('POST', 'policies:apply', { body });
  if (terminal.json) return terminal.printJson(applied);
  const tables = applied.tables === 1 ? 'one table' : `${applied.tables} tables`;
  terminal.aside(`${applied.source} shows what its policy says of ${tables}, and nothing else, from now on`);
}
