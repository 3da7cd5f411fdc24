import type { Token } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export type TokenOptions = { person?: string; name?: string; scope?: string[]; days?: number };

/** The secret goes alone to standard output, so that a script can take it; it is shown only here. */
export async function create({ server, terminal }: Session, options: TokenOptions): Promise<void> {
  const body = {
    ...(options.person === undefined ? {} : { person: options.person }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.scope === undefined ? {} : { scopes: options.scope }),
    ...(options.days === undefined ? {} : { expiresInDays: options.days }),
  };
  const created = await server.call<{ token: Token; secret: string }>('POST', 'tokens', { body });
  if (terminal.json) return terminal.printJson(created);
  terminal.line(created.secret);
  terminal.warn(
    `token ${created.token.id} until ${created.token.expiresAt ?? 'revoked'}; the line above is not shown again`,
  );
}
