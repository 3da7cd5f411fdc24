import type { Term } from '@strongroom/protocol';
import { CommandFailure } from '../../failure.ts';
import type { Server } from '../../server.ts';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const terms = await readTerms(server);
  if (terminal.json) return terminal.printJson({ terms });
  if (terms.length === 0) return terminal.aside('the glossary has no term that you may see');
  const columns = [{ title: 'term' }, { title: 'synonyms' }, { title: 'definition' }, { title: 'about' }];
  terminal.table(
    columns,
    terms.map(({ name, synonyms, definition, links }) => [name, synonyms.join(', '), definition, links.join(', ')]),
  );
}

/** Adds the term, or changes the one of that name; of a known one only what is given. */
export async function set(
  { server, terminal }: Session,
  name: string,
  definition: string,
  { synonym, link }: { synonym?: string[]; link?: string[] },
): Promise<void> {
  const given = {
    definition,
    ...(synonym === undefined ? {} : { synonyms: synonym }),
    ...(link === undefined ? {} : { links: link }),
  };
  const known = (await readTerms(server)).find((term) => isNamed(term, name));
  const term =
    known === undefined
      ? await server.call<Term>('POST', 'glossary', { body: { name, ...given } })
      : await server.call<Term>('PATCH', `glossary/${known.id}`, { body: given });
  if (terminal.json) terminal.printJson(term);
  else terminal.aside(`${term.name}: noted`);
}

export async function remove({ server, terminal }: Session, name: string): Promise<void> {
  const known = (await readTerms(server)).find((term) => isNamed(term, name));
  if (known === undefined)
    throw new CommandFailure('catalog/term_not_found', 'there is no such term, or none that you may see');
  await server.call('DELETE', `glossary/${known.id}`);
  if (terminal.json) terminal.printJson({ term: known.name, removed: true });
  else terminal.aside(`${known.name}: removed`);
}

async function readTerms(server: Server): Promise<Term[]> {
  return (await server.call<{ terms: Term[] }>('GET', 'glossary')).terms;
}

function isNamed(term: Term, name: string): boolean {
  return term.name.toLowerCase() === name.toLowerCase();
}
