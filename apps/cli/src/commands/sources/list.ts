import type { Source } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ sources: Source[] }>('GET', 'sources');
  if (terminal.json) return terminal.printJson(answer);
  const { sources } = answer;
  if (sources.length === 0) return terminal.aside('no sources yet: `sources add postgres NAME --url -` connects one');
  const columns = [
    { title: 'name' },
    { title: 'kind' },
    { title: 'where' },
    { title: 'tables', right: true },
    { title: 'status' },
    { title: 'you may query' },
    { title: 'warnings', right: true },
  ];
  terminal.table(
    columns,
    sources.map((source) => [
      source.name,
      source.kind,
      source.location,
      source.tables,
      source.status,
      source.mayQuery ? 'yes' : 'no',
      source.warnings.length || null,
    ]),
  );
}
