import type { Token } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ tokens: Token[] }>('GET', 'tokens');
  if (terminal.json) return terminal.printJson(answer);
  const { tokens } = answer;
  if (tokens.length === 0) return terminal.aside('no tokens: `token create` makes one');
  const columns = [
    { title: 'id' },
    { title: 'name' },
    { title: 'person' },
    { title: 'scopes' },
    { title: 'expires' },
    { title: 'last used' },
  ];
  terminal.table(
    columns,
    tokens.map((token) => [
      token.id,
      token.name,
      token.person,
      token.scopes.join(', '),
      token.expiresAt,
      token.lastUsedAt ?? 'never',
    ]),
  );
}
