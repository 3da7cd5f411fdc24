import type { Compilable } from 'kysely';
import pg from 'pg';

/** What a transaction may see: `strongroom.workspace` for the rows of one workspace, `strongroom.lookup` for those of one secret. */
export type Scope = { readonly setting: 'strongroom.workspace' | 'strongroom.lookup'; readonly value: string };

/** What `pg` hands to a query of another maker's (`Submittable`), as far as it is used here. */
type Connection = {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: readonly (string | Buffer | null)[] }): void;
  describe(portal: { type: 'P'; name: string }): void;
  execute(portal: object): void;
  sync(): void;
};
type Field = { readonly name: string; readonly dataTypeID: number };
type Column = { readonly name: string; readonly parse: (text: string) => unknown };

const SET_SCOPE = { name: 'read scope', text: 'select set_config($1, $2, true)' };

/** By text, over all connections; the texts are those of our own statements, so they don't grow in number. */
const names = new Map<string, string>();
/** What a connection has prepared already. */
const prepared = new WeakMap<Connection, Set<string>>();

/**
 * Sets the scope and runs one statement in one round trip: messages up to one Sync are one transaction to PostgreSQL ("Extended
 * Query" of its protocol), at whose end the setting is gone, whatever happened in it.
 */
export async function readOnce<Row>(pool: pg.Pool, scope: Scope, query: Compilable<Row>): Promise<Row[]> {
  const { sql: text, parameters } = query.compile();
  const client = await pool.connect();
  try {
    const rows = await new Promise<Row[]>((resolve, reject) => {
      client.query(createScopedQuery(scope, text, parameters.map(asText), resolve as (rows: object[]) => void, reject));
    });
    client.release();
    return rows;
  } catch (error) {
    // What it has prepared is not known now.
    client.release(true);
    throw error;
  }
}

function createScopedQuery(
  scope: Scope,
  text: string,
  values: readonly (string | Buffer | null)[],
  resolve: (rows: object[]) => void,
  reject: (error: Error) => void,
): pg.Submittable {
  const rows: object[] = [];
  let columns: Column[] | null = null;
  let statements: Set<string>;
  const name = names.get(text) ?? `read ${names.size + 1}`;
  names.set(text, name);
  const prepare = (connection: Connection, statement: { name: string; text: string }): void => {
    if (!statements.has(statement.name)) connection.parse(statement);
  };
  return {
    submit(connection: Connection) {
      statements = prepared.get(connection) ?? new Set();
      connection.stream.cork();
      prepare(connection, SET_SCOPE);
      connection.bind({ statement: SET_SCOPE.name, values: [scope.setting, scope.value] });
      connection.execute({});
      prepare(connection, { name, text });
      connection.bind({ statement: name, values });
      connection.describe({ type: 'P', name: '' });
      connection.execute({});
      connection.sync();
      connection.stream.uncork();
      prepared.set(connection, statements);
      return null;
    },
    handleRowDescription({ fields }: { fields: readonly Field[] }) {
      columns = fields.map((field) => ({
        name: field.name,
        parse: pg.types.getTypeParser(field.dataTypeID, 'text') as (text: string) => unknown,
      }));
    },
    handleDataRow({ fields }: { fields: readonly (string | null)[] }) {
      // The row of `set_config` comes before any description.
      if (columns === null) return;
      const row: Record<string, unknown> = {};
      for (const [at, column] of columns.entries()) {
        const value = fields[at] ?? null;
        row[column.name] = value === null ? null : column.parse(value);
      }
      rows.push(row);
    },
    handleCommandComplete() {},
    handleEmptyQuery() {},
    handleReadyForQuery() {
      statements.add(SET_SCOPE.name).add(name);
      resolve(rows);
    },
    handleError: reject,
  } as unknown as pg.Submittable;
}

/** Parameters as PostgreSQL reads them in text; bytes go as they are. Throws `TypeError` for what no read of ours takes. */
function asText(value: unknown): string | Buffer | null {
  if (value === null || typeof value === 'string' || value instanceof Buffer) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  throw new TypeError('a parameter that can not be sent');
}
