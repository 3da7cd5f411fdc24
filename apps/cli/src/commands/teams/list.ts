import type { Team } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ teams: Team[] }>('GET', 'teams');
  if (terminal.json) return terminal.printJson(answer);
  const { teams } = answer;
  if (teams.length === 0) return terminal.aside('no teams yet: `teams add NAME` makes one');
  terminal.table(
    [{ title: 'team' }, { title: 'members' }],
    teams.map((team) => [team.name, team.members.map(({ email }) => email).join(', ')]),
  );
}
