import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function describe(session: Session, resource: string, text: string): Promise<void> {
  await annotate(session, resource, { description: text.trim() === '' ? null : text });
}

/** Sets the tags to exactly these. */
export async function tag(session: Session, resource: string, tags: readonly string[]): Promise<void> {
  await annotate(session, resource, { tags });
}

export async function own(session: Session, resource: string, owner: string): Promise<void> {
  await annotate(session, resource, { owner: owner === 'nobody' ? null : owner });
}

async function annotate(
  { server, terminal }: Session,
  resource: string,
  change: Record<string, unknown>,
): Promise<void> {
  await server.call('PATCH', `catalog/${segment(resource)}`, { body: change });
  if (terminal.json) terminal.printJson({ resource, ...change });
  else terminal.aside(`${resource}: noted`);
}
