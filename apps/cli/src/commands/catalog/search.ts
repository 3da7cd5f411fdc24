import type { CatalogHit } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function search({ server, terminal }: Session, words: string): Promise<void> {
  const path = `catalog/search?${new URLSearchParams({ words }).toString()}`;
  const answer = await server.call<{ hits: CatalogHit[] }>('GET', path);
  if (terminal.json) return terminal.printJson(answer);
  const { hits } = answer;
  if (hits.length === 0) return terminal.aside('nothing in the catalog goes by these words');
  const columns = [{ title: 'resource' }, { title: 'type' }, { title: 'description' }, { title: 'tags' }];
  terminal.table(
    columns,
    hits.map((hit) => [hit.resource, hit.type, hit.description, hit.tags.join(', ')]),
  );
}
