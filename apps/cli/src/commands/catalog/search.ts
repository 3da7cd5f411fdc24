import type { CatalogAnswer } from '@strongroom/protocol';
import type { Session } from '../../session.ts';
import { cellText } from '../../table.ts';

export async function search({ server, terminal }: Session, words: string): Promise<void> {
  const path = `catalog/search?${new URLSearchParams({ words }).toString()}`;
  const answer = await server.call<CatalogAnswer>('GET', path);
  if (terminal.json) return terminal.printJson(answer);
  const { hits, terms } = answer;
  for (const { name, definition } of terms) terminal.line(`${cellText(name)}: ${cellText(definition)}`);
  if (terms.length > 0 && hits.length > 0) terminal.line();
  if (hits.length + terms.length === 0) return terminal.aside('nothing in the catalog goes by these words');
  const columns = [{ title: 'resource' }, { title: 'type' }, { title: 'description' }, { title: 'tags' }];
  if (hits.length === 0) return;
  terminal.table(
    columns,
    hits.map((hit) => [hit.resource, hit.type, hit.description, hit.tags.join(', ')]),
  );
}
