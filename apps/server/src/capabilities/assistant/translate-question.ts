import type { CatalogTable, Understanding } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Disclosed, HostileText } from '#egress';
import type { Clock } from '#platform/clock';
import { readReply } from './read-reply.ts';
import type { Query, Reader } from '#query';
import { translate } from './translate/translate.ts';

/** SQL for one source, or what was and was not understood. */
export type Translated =
  | {
      readonly kind: 'translated';
      readonly source: string;
      readonly sql: string;
      readonly understanding: Understanding | null;
    }
  | { readonly kind: 'declined'; readonly understanding: Understanding };

export const BUILT_IN_NAME = 'built-in';

/** Without a model. Values are looked up under the asker's rights, one governed query each. */
export function translateBuiltIn(
  deps: { query: Pick<Query, 'lookup' | 'isUnique'>; clock: Clock },
  asker: Asker,
  question: string,
  tables: readonly CatalogTable[],
  { lease, signal }: Pick<Reader, 'lease' | 'signal'>,
): Promise<Translated> {
  return translate({
    question,
    tables,
    today: deps.clock.now(),
    lookup: (table, columns, words) =>
      deps.query.lookup(asker, {
        source: table.source,
        schema: table.schema,
        table: table.name,
        columns: [...columns],
        words,
        lease,
        signal,
      }),
    isUnique: (table, columns) =>
      deps.query.isUnique(asker, { source: table.source, schema: table.schema, table: table.name, columns, signal }),
  });
}

/** By the model: its reply is hostile text, of which one statement is kept for the guard to judge. */
export async function translateByModel(
  disclosed: Disclosed,
  source: string,
  tables: readonly CatalogTable[],
): Promise<Translated> {
  const reply: HostileText = await disclosed.reply();
  const sql = readReply(reply);
  if (sql !== null) return { kind: 'translated', source, sql, understanding: null };
  return {
    kind: 'declined',
    understanding: {
      understood: [],
      notUnderstood: ['the model gave no statement'],
      closest: tables.slice(0, 6).map((table) => ({ table: table.resource, column: null })),
    },
  };
}
