import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function addMember(session: Session, team: string, person: string): Promise<void> {
  await change(session, 'POST', team, person);
}

export async function removeMember(session: Session, team: string, person: string): Promise<void> {
  await change(session, 'DELETE', team, person);
}

async function change(
  { server, terminal }: Session,
  method: 'POST' | 'DELETE',
  team: string,
  idOrEmail: string,
): Promise<void> {
  await server.call(method, `teams/${segment(team)}/members`, { body: { person: idOrEmail } });
  if (terminal.json) terminal.printJson({ team, person: idOrEmail, member: method === 'POST' });
  else terminal.aside(`${idOrEmail} is ${method === 'POST' ? 'now' : 'no longer'} in ${team}`);
}
