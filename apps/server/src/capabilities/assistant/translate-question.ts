import type { AskerWords, CatalogTable, Understanding } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Disclosed, HostileText, ModelStatement } from '#egress';
import type { Clock } from '#platform/clock';
import { readTogether } from './follow-up.ts';
import { readReply } from './read-reply.ts';
import type { Query, Reader } from '#query';
import { translate } from './translate/translate.ts';

/** SQL for one source, or what was and was not understood. */
export type Translated =
  | {
      readonly kind: 'translated';
      readonly source: string;
      readonly sql: string;
      /** The same, where a model wrote it. */
      readonly statement: ModelStatement | null;
      readonly understanding: Understanding | null;
      /** A follow-up, merged with what it goes on from. */
      readonly read?: AskerWords;
    }
  | { readonly kind: 'declined'; readonly understanding: Understanding; readonly read?: AskerWords };

export const BUILT_IN_NAME = 'built-in';

/** What the built-in translator is asked: a question, and what it goes on from. */
export type BuiltInQuestion = Pick<Reader, 'lease' | 'signal'> & {
  readonly question: AskerWords;
  /** `read`: the earlier question as it was read. */
  readonly thread: { readonly read: AskerWords } | null;
};

/** Without a model. Values are looked up under the asker's rights, one governed query each. */
export async function translateBuiltIn(
  deps: { query: Pick<Query, 'lookup' | 'isUnique'>; clock: Clock },
  asker: Asker,
  { question, thread, lease, signal }: BuiltInQuestion,
  tables: readonly CatalogTable[],
): Promise<Translated> {
  const translateOne = async (words: string): Promise<Translated> => {
    const translation = await translate({
      question: words,
      tables,
      today: deps.clock.now(),
      lookup: (table, columns, looked) =>
        deps.query.lookup(asker, {
          source: table.source,
          schema: table.schema,
          table: table.name,
          columns: [...columns],
          words: looked,
          lease,
          signal,
        }),
      isUnique: (table, columns) =>
        deps.query.isUnique(asker, { source: table.source, schema: table.schema, table: table.name, columns, signal }),
    });
    return translation.kind === 'declined' ? translation : { ...translation, statement: null };
  };
  const read = thread === null ? null : readTogether(thread.read, question);
  if (read === null) return translateOne(question);
  const together = withReading(await translateOne(read), read);
  if (together.kind === 'translated') return together;
  // It may have begun like a follow-up, and be none.
  const alone = await translateOne(question);
  return alone.kind === 'translated' ? alone : together;
}

function withReading(translated: Translated, read: AskerWords): Translated {
  const understood = [`read as “${read}”`, ...(translated.understanding?.understood ?? [])];
  const understanding = { notUnderstood: [], closest: [], ...translated.understanding, understood };
  return { ...translated, read, understanding };
}

/** By the model: its reply is hostile text, of which one statement is kept for the guard to judge. */
export async function translateByModel(
  disclosed: Disclosed,
  source: string,
  tables: readonly CatalogTable[],
): Promise<Translated> {
  const reply: HostileText = await disclosed.reply();
  const statement = readReply(reply);
  if (statement !== null) return { kind: 'translated', source, sql: statement, statement, understanding: null };
  return {
    kind: 'declined',
    understanding: {
      understood: [],
      notUnderstood: ['the model gave no statement'],
      closest: tables.slice(0, 6).map((table) => ({ table: table.resource, column: null })),
    },
  };
}
