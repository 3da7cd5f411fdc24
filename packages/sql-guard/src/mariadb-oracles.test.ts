import { ProblemError } from '@strongroom/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import type { AskerPolicy } from './policy.ts';
import { inAnyOrder } from './test-defog.ts';
import { hasMariadb, type MariadbWorld, openMariadbWorld } from './test-mariadb.ts';
import { oracles } from './test-oracles.ts';
import { inferences, onHiddenRows } from './test-policy-attempts.ts';
import { mariadbWorld, policy, schema } from './test-policy-world.ts';

/**
 * Where the plan decides whether what fails, on no row or on one that is shown, is asked at all, and the plan hangs on how many rows there
 * are: docs/decisions/0010 says that it may.
 */
const toldByThePlanInAria = new Set([
  "select id from staff where cast('x' as int) > id",
  'select id from staff where 1 / 0 > id',
  'select id from teams t join staff s on t.team = s.team where cast(s.note as int) > 5 and t.city > 0',
]);

/** The same without a row that is hidden, and with other values where a mask shows nothing. */
const nothingHidden = `${mariadbWorld}
  delete from public.staff where not (team = 'red' and note <> '') or team is null;
  update public.staff set salary = id, email = null;
  delete from public.people where id > 2; delete from public.odd where not \`offset\`; update public.odd set constructor = '', __proto__ = '';`;
const empty = `${mariadbWorld} delete from public.staff; delete from public.people where id > 2; delete from public.odd where not \`offset\`;`;
/** Nobody's team: they see no row of staff. */
const stranger: AskerPolicy = { ...policy, attributes: { 'user.attributes.team': 'nobody' } };

// MyISAM and Aria know how many rows they have before a statement runs, and read a table of one while they plan.
describe.skipIf(!hasMariadb).each(['InnoDB', 'Aria'])('on MariaDB, in tables of %s', (engine) => {
  const guard = createGuard();
  let worlds: readonly MariadbWorld[] = [];
  beforeAll(async () => {
    const open = (world: string) =>
      openMariadbWorld(`set default_storage_engine = ${engine}; ${world} analyze table public.staff;`);
    worlds = await Promise.all([open(mariadbWorld), open(nothingHidden), open(empty)]);
  });
  afterAll(async () => {
    await Promise.all(worlds.map((world) => world.stop()));
    await guard.close();
  });

  /** Rows, or that there are none for a fault; and every warning. */
  async function ask(world: MariadbWorld, sql: string, asker: AskerPolicy): Promise<unknown> {
    world.warnings();
    try {
      const { checked } = await guard.check({ sql, dialect: 'mariadb', schema, policy: asker, rowsMax: 1000 });
      // Where an order leaves two rows alike, either may come first.
      const rows = await world.rows(checked).then(inAnyOrder, (error: Error) => error.message);
      return { rows, warnings: world.warnings() };
    } catch (error) {
      if (error instanceof ProblemError) return error.code;
      throw error;
    }
  }

  const attempts = [...oracles, ...onHiddenRows, ...inferences.map(([sql]) => sql)].filter(
    (sql) => engine !== 'Aria' || !toldByThePlanInAria.has(sql),
  );
  test.each(attempts)('nothing tells whether there are hidden rows: %s', async (sql) => {
    const [hidden, plain, none] = worlds as [MariadbWorld, MariadbWorld, MariadbWorld];
    expect(await ask(hidden, sql, policy)).toEqual(await ask(plain, sql, policy));
    // Of a table of which they see nothing, whether it is empty.
    expect(await ask(hidden, sql, stranger)).toEqual(await ask(none, sql, stranger));
  });

  test('without the barrier many of them would tell', async () => {
    const [hidden, plain] = worlds as [MariadbWorld, MariadbWorld];
    let told = 0;
    for (const sql of oracles) {
      const answer = await guard.check({ sql, dialect: 'mariadb', schema, policy, rowsMax: 1000 }).catch(() => null);
      if (answer === null) continue;
      const checked = {
        ...answer.checked,
        text: answer.checked.text.replaceAll(' LIMIT 18446744073709551615 OFFSET 0', ''),
      };
      const [there, here] = [hidden, plain].map((world) => world.rows(checked).catch((error: Error) => error.message));
      if (JSON.stringify(await there) !== JSON.stringify(await here)) told += 1;
    }
    expect(told).toBeGreaterThan(5);
  });
});
