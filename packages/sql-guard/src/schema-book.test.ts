import { expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { createReceivedSchemas, createSentSchemas } from './schema-book.ts';
import { testSchema } from './test-schema.ts';

const schemaOf = (column: string) => testSchema({ 'public.t': [`${column} integer`] });

test('a schema is sent once, and again only after it had to make room', () => {
  const sent = createSentSchemas();
  const received = createReceivedSchemas();
  const all = Array.from({ length: 40 }, (_, at) => schemaOf(`c${at}`));
  const arrive = (schema: (typeof all)[number]) => {
    const message = sent.messageOf(schema);
    expect(received.schemaOf(message)).toBe(schema);
    return message.schema !== null;
  };
  expect(arrive(all[0]!)).toBe(true);
  expect(arrive(all[0]!)).toBe(false);
  for (const schema of all) arrive(schema);
  expect(arrive(all.at(-1)!)).toBe(false);
  expect(arrive(all[0]!)).toBe(true);
  // A worker that takes the place of this one has none.
  expect(createSentSchemas().messageOf(all[0]!).schema).toBe(all[0]);
});

test('schemas of many columns make room for each other, and one that is larger than all of it stays while it is used', () => {
  const sent = createSentSchemas();
  const wide = (name: string) =>
    testSchema({ [`public.${name}`]: Array.from({ length: 200_000 }, (_, at) => `c${at} integer`) });
  const [one, other] = [wide('a'), wide('b')];
  expect(sent.messageOf(one)).toMatchObject({ forget: [] });
  expect(sent.messageOf(other).forget).toHaveLength(1);
  expect(sent.messageOf(other).schema).toBeNull();
  expect(sent.messageOf(one).schema).toBe(one);
});

test('a schema with the same name and another content is another one: what is new in it passes, what is gone does not', async () => {
  const guard = createGuard();
  const check = (column: string) =>
    guard.check({ sql: 'select a from t', dialect: 'postgres', schema: schemaOf(column), rowsMax: 10 });
  await check('a');
  await expect(check('b')).rejects.toMatchObject({ code: 'query/denied' });
  await check('a');
  await guard.close();
});
