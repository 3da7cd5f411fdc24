import type { Person } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

type Invited = { person: Person; link: string | null; expiresAt: string | null };

export async function invite(
  { server, terminal }: Session,
  email: string,
  options: { name?: string; role: string },
): Promise<void> {
  const body = { email, role: options.role, ...(options.name === undefined ? {} : { name: options.name }) };
  const invited = await server.call<Invited>('POST', 'people', { body });
  if (terminal.json) return terminal.printJson(invited);
  terminal.aside(`invited ${invited.person.email} as ${invited.person.role}`);
  if (invited.link === null) terminal.aside('they sign in with your identity provider');
  else terminal.line(`Sign in: ${invited.link}`);
}
