import type { Person } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ people: Person[] }>('GET', 'people');
  if (terminal.json) return terminal.printJson(answer);
  const { people } = answer;
  const columns = [
    { title: 'address' },
    { title: 'name' },
    { title: 'role' },
    { title: 'teams' },
    { title: 'last sign-in' },
  ];
  terminal.table(
    columns,
    people.map((person) => [
      person.email,
      person.name,
      person.role,
      person.teams.join(', '),
      person.lastSignInAt ?? 'never',
    ]),
  );
}
