import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';

const collections = { person: 'people', source: 'sources', question: 'questions' } as const;

/** The certificate as it is, byte for byte, also without `--json`: it is made to be kept in a file. */
export async function erase(
  { server, terminal }: Session,
  kind: keyof typeof collections,
  name: string,
  later: boolean,
): Promise<void> {
  const path = `${collections[kind]}/${segment(name)}:erase`;
  const response = await server.open('POST', path, { body: { when: later ? 'later' : 'now' } });
  terminal.line((await response.text()).trimEnd());
}
