import type { SourceSchema } from '@strongroom/protocol';

/** Schemas that a worker thread keeps, so that it is not sent one with each check; those of most use are the last ones used. */
const SCHEMAS_MAX = 16;
/** Of all of them together; seen to take 87 MB, a third of what a worker may have. One that is larger is kept alone. */
const COLUMNS_MAX = 300_000;

/** What a check says of its schema: by its number, and all of it where the worker does not have it. */
export type SchemaMessage = {
  readonly number: number;
  readonly schema: SourceSchema | null;
  /** Numbers of those that the worker is to let go first. */
  readonly forget: readonly number[];
};

type Numbered = { readonly number: number; readonly columns: number };
const known = new WeakMap<SourceSchema, Numbered>();
let numbered = 0;

function numberOf(schema: SourceSchema): Numbered {
  const before = known.get(schema);
  if (before !== undefined) return before;
  numbered += 1;
  const columns = schema.tables.reduce((sum, table) => sum + table.columns.length, schema.tables.length);
  const made = { number: numbered, columns };
  known.set(schema, made);
  return made;
}

/**
 * The schemas that one worker has, as its sender knows. INVARIANT: a schema is the object that was handed in: another object is
 * another schema, whatever is in it, so that nothing is checked against one of before.
 */
export function createSentSchemas(): { messageOf(schema: SourceSchema): SchemaMessage } {
  /** How many columns each has, in the order of use. */
  const sent = new Map<number, number>();
  return {
    messageOf(schema) {
      const { number, columns } = numberOf(schema);
      const isThere = sent.delete(number);
      sent.set(number, columns);
      let total = [...sent.values()].reduce((sum, count) => sum + count, 0);
      const forget: number[] = [];
      for (const [one, count] of sent) {
        if (one === number || (sent.size - forget.length <= SCHEMAS_MAX && total <= COLUMNS_MAX)) break;
        forget.push(one);
        total -= count;
      }
      for (const one of forget) sent.delete(one);
      return { number, schema: isThere ? null : schema, forget };
    },
  };
}

/** The same on the side of the worker. */
export function createReceivedSchemas(): { schemaOf(message: SchemaMessage): SourceSchema } {
  const received = new Map<number, SourceSchema>();
  return {
    schemaOf({ number, schema, forget }) {
      for (const one of forget) received.delete(one);
      if (schema !== null) received.set(number, schema);
      const found = received.get(number);
      if (found === undefined) throw new Error('a schema that was not sent');
      return found;
    },
  };
}
