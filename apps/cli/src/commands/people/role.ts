import type { Person } from '@strongroom/protocol';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function changeRole({ server, terminal }: Session, idOrEmail: string, role: string): Promise<void> {
  const person = await server.call<Person>('PATCH', `people/${segment(idOrEmail)}`, { body: { role } });
  if (terminal.json) terminal.printJson(person);
  else terminal.aside(`${person.email} is ${person.role} now`);
}
