import type { CatalogTable } from '@strongroom/protocol';
import { mint, type Part } from './part.ts';

const TEXT_MAX = 300;

/** What people wrote about the tables: descriptions, comments and tags. null when nobody wrote anything. */
export function descriptionPart(tables: readonly CatalogTable[]): Part | null {
  const lines = tables.flatMap((table) => [
    ...line(`${table.schema}.${table.name}`, table),
    ...table.columns.flatMap((column) => line(`${table.schema}.${table.name}.${column.name}`, column)),
  ]);
  return lines.length === 0 ? null : mint('description', lines.join('\n'));
}

type Described = {
  readonly description: string | null;
  readonly comment: string | null;
  readonly tags: readonly string[];
};

function line(name: string, { description, comment, tags }: Described): string[] {
  const text = (description ?? comment ?? '').replace(/\s+/g, ' ').trim().slice(0, TEXT_MAX);
  const tagged = tags.length === 0 ? '' : ` [${tags.join(', ')}]`;
  return text === '' && tagged === '' ? [] : [`${name}: ${text}${tagged}`];
}
