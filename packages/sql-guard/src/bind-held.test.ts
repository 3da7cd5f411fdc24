import type { Dialect } from '@strongroom/protocol';
import { afterAll, describe, expect, test } from 'vitest';
import type { HeldValue } from './bind-held.ts';
import { createGuard } from './guard.ts';
import { seen } from './test-schema.ts';

const guard = createGuard();
afterAll(() => guard.close());

const text = (value: string): HeldValue => ({ kind: 'text', value });
const number = (value: string): HeldValue => ({ kind: 'number', value });
const date = (value: string): HeldValue => ({ kind: 'date', value });

const run = async (sql: string, held: readonly HeldValue[] | null, dialect: Dialect = 'postgres'): Promise<string> =>
  (await guard.check({ sql, dialect, schema: seen, rowsMax: 10, held })).checked.text;

describe('what was held back of a question', () => {
  test.each<[string, readonly HeldValue[], string]>([
    ['select 1 from airports where name = :v1', [text('Chicago')], "name = 'Chicago'"],
    ["select 1 from airports where name = ':v1'", [text('Chicago')], "name = 'Chicago'"],
    ["select 1 from airports where name like '%:v1%'", [text('O’Hare')], "name LIKE '%O’Hare%'"],
    ["select 1 from airports where name = ':v1 :v2'", [text('Airbus'), number('320')], "name = 'Airbus 320'"],
    ['select 1 from airports where name in (:v1, :v2)', [text('a'), text('b')], "name IN ('a', 'b')"],
    ['select 1 from flights where delay > :v1', [number('60')], 'delay > 60'],
    ['select 1 from flights where delay > -:v1', [number('60')], 'delay > -60'],
    ['select 1 from flights where delay > :v1', [number('123456789012345678901.5')], 'delay > 123456789012345678901.5'],
    ['select 1 from flights where date >= :v1', [date('2001-03-03')], "date >= '2001-03-03'::date"],
    [
      'select 1 from flights where date >= :v1',
      [date('2001-03-03 14:30:00')],
      "date >= '2001-03-03 14:30:00'::timestamp",
    ],
    ["select 1 from flights where date >= date ':v1'", [date('2001-03-03')], "date >= '2001-03-03'::date"],
    ["select 1 from flights where date > now() - interval ':v1 days'", [number('7')], "'7 days'::interval"],
    ['select id from flights order by id limit :v1', [number('5')], 'LIMIT 5'],
    ["select 'é', 1 from airports where 'é' < name and name = :v1", [text('ü')], "name = 'ü'"],
    ['select id::v1 from flights'.replace('::v1', '::text'), [text('x')], 'id::text'],
  ])('`%s` is run with it as a value of its kind', async (sql, held, expected) => {
    expect(await run(sql, held)).toContain(expected);
  });

  test('is a value and nothing else, whatever it says, bare or in quotes, in every dialect', async () => {
    const evil = "x' or 1=1; drop table flights; -- :v1 $1 \\";
    for (const dialect of ['postgres', 'duckdb'] as const) {
      const quoted = await run("select 1 from airports where name = ':v1'", [text(evil)], dialect);
      expect(quoted).toBe(await run('select 1 from airports where name = :v1', [text(evil)], dialect));
      expect(quoted).toContain("x'' or 1=1; drop table flights; -- :v1 $1");
    }
  });

  test('is put in where it is named and nowhere else: not in a name, a comment or a cast', async () => {
    expect(await run('select id as ":v1" from flights /* :v1 */ -- :v1', [text('x')])).toContain('AS ":v1"');
    await expect(run('select id::v1 from flights', [text('x')])).rejects.toMatchObject({ code: 'query/not_allowed' });
  });

  test.each(['select :v2', "select ':v2'", 'select :v10', 'select $2', "select interval ':v2 days'"])(
    '`%s` names what was not given, and is refused',
    async (sql) => {
      await expect(run(sql, [text('x')])).rejects.toMatchObject({
        code: 'query/not_allowed',
        message: expect.stringContaining('without a value'),
      });
    },
  );

  test('may go unused', async () => {
    expect(await run('select 1', [text('x'), number('2')])).toBe('SELECT 1 LIMIT 11');
  });

  test('means nothing where nothing was held back', async () => {
    expect(await run("select ':v1'", null)).toBe("SELECT ':v1' LIMIT 11");
    await expect(run('select :v1', null)).rejects.toMatchObject({ code: 'query/syntax' });
  });

  test.each([number('1; drop'), number('1e9'), date('tomorrow'), date('2001-01-01 or'), text('\0'), text('\ud800')])(
    'that is not of its kind is refused: %j',
    async (value) => {
      await expect(run('select :v1', [value])).rejects.toMatchObject({ code: 'query/held_value_unfit' });
      await expect(run("select ':v1'", [value])).rejects.toMatchObject({ code: 'query/held_value_unfit' });
    },
  );

  test.each<[string, HeldValue, HeldValue]>([
    ['select * from generate_series(1, :v1, 7) as n', number('7000000'), number('7000001')],
    ["select lpad(name, :v1, ' ') from airports", number('10000'), number('10001')],
    [
      "select * from generate_series(date '1990-01-01', date ':v1', interval '1 second') as n",
      date('1990-01-02'),
      date('2024-01-01'),
    ],
    [
      "select * from generate_series(date '2000-01-01', date ':v1', interval '1 day') as n",
      text('2000-01-01'),
      text('y'),
    ],
  ])('`%s`: whoever wrote it does not learn by the refusal which value it was', async (sql, one, other) => {
    const told: unknown[] = [];
    for (const value of [one, other]) {
      const refusal = await run(sql, [value]).then(
        () => null,
        (error: unknown) => error,
      );
      told.push((refusal as { code?: string } | null)?.code ?? null);
    }
    expect(
      new Set(told.map((code) => (code === null || code === 'query/held_value_unfit' ? 'nothing' : code))).size,
    ).toBe(1);
  });

  test('that does not fit is refused in words that are the same for every value', async () => {
    const refusals: unknown[] = [];
    for (const value of [number('10001'), number('99999999'), number('2.5')])
      refusals.push(
        await run("select lpad(name, :v1, ' ') from airports", [value]).catch(({ code, message, members }) => ({
          code,
          message,
          members,
        })),
      );
    expect(refusals[0]).toMatchObject({ code: 'query/held_value_unfit', members: {} });
    expect(new Set(refusals.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('leaves the place of a mistake where it was written', async () => {
    const sql = 'select :v1, :v12 frm flights';
    await expect(run(sql, [text('x')])).rejects.toMatchObject({
      code: 'query/syntax',
      members: { position: sql.indexOf('flights') + 1 },
    });
  });
});
