import type { CatalogTable } from '@strongroom/protocol';
import { countTokens } from '../count-tokens.ts';
import { oneLine } from './one-line.ts';
import { mint, type Part } from './part.ts';

const TEXT_MAX = 300;
const TOKENS_MAX = 1_500;

/**
 * What people wrote about the tables: descriptions, comments and tags; of tables before that of columns, of the first tables before that of
 * the later ones, as far as the budget goes. null when nobody wrote anything.
 */
export function descriptionPart(tables: readonly CatalogTable[]): Part | null {
  const ofTables = tables.flatMap((table) => line(`${table.schema}.${table.name}`, table));
  const ofColumns = tables.flatMap((table) =>
    table.columns.flatMap((column) => line(`${table.schema}.${table.name}.${column.name}`, column)),
  );
  let tokens = 0;
  const lines = [...ofTables, ...ofColumns].filter((text) => (tokens += countTokens(text) + 1) <= TOKENS_MAX);
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
  return text === '' && tagged === '' ? [] : [oneLine(`${name}: ${text}${tagged}`)];
}
