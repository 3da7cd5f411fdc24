import { CommandFailure } from '../../failure.ts';
import type { Session } from '../../session.ts';

type Invited = { link: string | null; expiresAt: string | null };

/** A fresh one-time link, for ourselves or (admins) for somebody else. */
export async function link({ server, terminal }: Session, options: { person?: string }): Promise<void> {
  const body = options.person === undefined ? {} : { person: options.person };
  const { link: address, expiresAt } = await server.call<Invited>('POST', 'sign-in-links', { body });
  if (address === null) {
    throw new CommandFailure(
      'cli/no_link',
      'people sign in here with your identity provider: open the server in a browser',
    );
  }
  if (terminal.json) terminal.printJson({ link: address, expiresAt });
  else terminal.line(`Sign in: ${address}`);
}
