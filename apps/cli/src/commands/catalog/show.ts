import type { CatalogTable } from '@strongroom/protocol';
import { segment } from '../../server.ts';
import type { Session } from '../../session.ts';
import { cellText } from '../../table.ts';

/** By level; see `popularitySchema`. */
const POPULARITY = ['', 'now and then', 'sometimes', 'often', 'very often', 'all the time'];

export async function show({ server, terminal }: Session, resource: string): Promise<void> {
  const table = await server.call<CatalogTable>('GET', `catalog/${segment(resource)}`);
  if (terminal.json) return terminal.printJson(table);
  const facts: [string, unknown][] = [
    ['resource', table.resource],
    ['kind', table.kind],
    ['description', table.description ?? table.comment],
    ['tags', table.tags.join(', ')],
    ['owner', table.owner],
    ['queried', POPULARITY[table.popularity ?? 0]],
    ...(table.glossary ?? []).map(({ name, definition }): [string, unknown] => ['term', `${name}: ${definition}`]),
    ['primary key', table.primaryKey.join(', ')],
    ...table.foreignKeys.map((key): [string, unknown] => [
      'foreign key',
      `${key.columns.join(', ')} → ${key.references.table} (${key.references.columns.join(', ')})`,
    ]),
  ];
  for (const [name, value] of facts) if (cellText(value) !== '') terminal.line(`${name.padEnd(13)}${cellText(value)}`);
  terminal.line();
  const columns = [
    { title: 'column' },
    { title: 'type' },
    { title: 'null' },
    { title: 'description' },
    { title: 'tags' },
    { title: 'owner' },
    { title: 'terms' },
  ];
  terminal.table(
    columns,
    table.columns.map((column) => [
      column.name,
      column.type,
      column.nullable ? 'yes' : 'no',
      column.description ?? column.comment,
      column.tags.join(', '),
      column.owner,
      (column.glossary ?? []).map(({ name }) => name).join(', '),
    ]),
  );
}
