import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '@strongroom/testkit';
import { z } from 'zod';
import type { KnownTable } from '../apps/server/src/capabilities/egress/choose-tables/table-index.ts';

/** What is tuned on the tuning half is reported of the other. */
export type Half = 'tuning' | 'held out';
export type AskedQuestion = {
  readonly text: string;
  readonly sql: string;
  readonly gold: readonly string[];
  readonly half: Half;
};
/** Tables of one source, and questions with the resources of the tables that they need. */
export type Collection = { readonly tables: readonly KnownTable[]; readonly questions: readonly AskedQuestion[] };

const place = z.tuple([z.number(), z.string()]);
const schemasSchema = z.array(
  z.object({
    db_id: z.string(),
    table_names_original: z.array(z.string()),
    column_names_original: z.array(place),
    column_types: z.array(z.string()),
    primary_keys: z.array(z.number()),
    foreign_keys: z.array(z.tuple([z.number(), z.number()])),
  }),
);
const questionsSchema = z.array(
  z.object({ question: z.string(), db: z.string(), gold_tables: z.array(z.string()), sql: z.string() }),
);
const defogSchema = z.object({
  table_metadata: z.record(
    z.string(),
    z.array(z.object({ column_name: z.string(), data_type: z.string(), column_description: z.string() })),
  ),
});
const defogQuestionsSchema = z.array(z.object({ db: z.string(), question: z.string(), query: z.string() }));

const SOURCE = 'collection';

/**
 * All 876 tables of Spider, by their names as the databases have them, and its 1,034 questions. The halves are by database, since the questions
 * of one are much alike: of the databases in the order of their names every other one is tuned on. null where the data is absent.
 */
export function readSpider(): Collection | null {
  const folder = sharedData('spider');
  if (folder === null) return null;
  const tables = schemasSchema.parse(read(folder, 'tables.json')).flatMap(tablesOfSpider);
  const byName = new Map(tables.map(({ resource }) => [resource.toLowerCase(), resource]));
  const asked = questionsSchema.parse(read(folder, 'dev_gold_tables.json'));
  const databases = [...new Set(asked.map(({ db }) => db))].sort();
  const questions = asked.map(({ question, db, gold_tables: gold, sql }): AskedQuestion => ({
    text: question,
    sql,
    gold: gold.map((name) => byName.get(`${SOURCE}.${name}`.toLowerCase()) ?? name),
    half: databases.indexOf(db) % 2 === 0 ? 'tuning' : 'held out',
  }));
  return { tables, questions };
}

/** The tables of Defog's 5 databases, and its 142 questions. Nothing was tuned on them. null where the data is absent. */
export function readDefog(): Collection | null {
  const folder = sharedData('defog');
  if (folder === null) return null;
  const asked = defogQuestionsSchema.parse(read(folder, 'questions.json'));
  const databases = [...new Set(asked.map(({ db }) => db))];
  const tables = databases.flatMap((db) => {
    const { table_metadata: metadata } = defogSchema.parse(read(join(folder, db), `${db}.json`));
    return Object.entries(metadata).map(([name, columns]) =>
      tableOf(
        db,
        name.replace(/^.*\./, ''),
        columns.map((column) => ({
          name: column.column_name,
          type: column.data_type,
          comment: column.column_description,
        })),
      ),
    );
  });
  const questions = asked.map(({ db, question, query }): AskedQuestion => {
    // The first of several answers; its tables are what stands behind FROM and JOIN and has the name of one.
    const [sql = ''] = query.split(';');
    const named = new Set(
      [...sql.matchAll(/\b(?:from|join)\s+(?:\w+\.)?(\w+)/gi)].map(([, name]) => name?.toLowerCase()),
    );
    const gold = tables.filter(({ schema, name }) => schema === db && named.has(name.toLowerCase()));
    return { text: question, sql, gold: gold.map(({ resource }) => resource), half: 'held out' };
  });
  return { tables, questions: questions.filter(({ gold }) => gold.length > 0) };
}

/** As many tables as asked for, as many systems would have: the same schemas over and over under other names. */
export function repeat(tables: readonly KnownTable[], count: number): KnownTable[] {
  const many: KnownTable[] = [];
  for (let round = 1; many.length < count; round += 1)
    for (const table of tables.slice(0, count - many.length)) many.push(renamed(table, `${table.schema}_${round}`));
  return many;
}

function renamed(table: KnownTable, schema: string): KnownTable {
  const foreignKeys = table.foreignKeys.map((key) => ({ ...key, references: { ...key.references, schema } }));
  return { ...table, schema, resource: `${table.source}.${schema}.${table.name}`, foreignKeys };
}

function tablesOfSpider(database: z.infer<typeof schemasSchema>[number]): KnownTable[] {
  const { db_id: schema, table_names_original: names, column_names_original: columns } = database;
  const inTable = (table: number, places: readonly number[]): string[] =>
    places.flatMap((at) => (columns[at]?.[0] === table ? [columns[at][1]] : []));
  return names.map((name, at) => ({
    ...tableOf(
      schema,
      name,
      columns.flatMap(([table, column], number) =>
        table === at ? [{ name: column, type: database.column_types[number] ?? 'text', comment: '' }] : [],
      ),
    ),
    primaryKey: inTable(at, database.primary_keys),
    foreignKeys: database.foreign_keys.flatMap(([from, to]) => {
      const [table, column] = columns[to] ?? [];
      const other = names[table ?? -1];
      if (columns[from]?.[0] !== at || other === undefined || column === undefined) return [];
      return [{ columns: [columns[from][1]], references: { schema, table: other, columns: [column] } }];
    }),
  }));
}

function tableOf(
  schema: string,
  name: string,
  columns: readonly { readonly name: string; readonly type: string; readonly comment: string }[],
): KnownTable {
  const nobodyWrote = { description: null, tags: [], owner: null };
  return {
    resource: `${SOURCE}.${schema}.${name}`,
    source: SOURCE,
    schema,
    name,
    kind: 'table',
    comment: null,
    ...nobodyWrote,
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      kind: 'other',
      nullable: true,
      comment: column.comment === '' ? null : column.comment,
      ...nobodyWrote,
      isKey: false,
    })),
    primaryKey: [],
    foreignKeys: [],
  };
}

function read(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}
