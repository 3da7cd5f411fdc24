import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

/** Without an id: all of them. */
export async function forget({ server, terminal }: Session, id: string | undefined): Promise<void> {
  const path = id === undefined ? 'questions' : `questions/${segment(id)}`;
  const { removed } = (await server.call<{ removed: number } | undefined>('DELETE', path)) ?? { removed: 1 };
  if (terminal.json) terminal.printJson({ removed });
  else terminal.aside(`forgot ${removed} ${removed === 1 ? 'question' : 'questions'}`);
}
