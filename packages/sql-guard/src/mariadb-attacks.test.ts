import { type Dialect, ProblemError } from '@strongroom/protocol';
import { startPostgres, type TestPostgres } from '@strongroom/testkit';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { hasMariadb, type MariadbWorld, openMariadbWorld } from './test-mariadb.ts';
import { LAXER_ON_MARIADB, MARIADB_ATTEMPTS } from './test-mariadb-attempts.ts';
import { comparable } from './test-rows.ts';
import { hiddenWorld, mariadbHiddenWorld, seen } from './test-schema.ts';

type Outcome = { rows: unknown[][] | null; code: string; told: string };

/** What `hiddenWorld` holds in columns and tables that nobody was shown. */
const CANARIES = /SECRET|4242|1999-09-09/;
const isShort = (sql: string) => (sql.length > 120 ? `${sql.slice(0, 120)}…` : sql);

describe.skipIf(!hasMariadb)(
  'what MariaDB would read in a way of its own means what PostgreSQL means, or is refused',
  () => {
    const guard = createGuard();
    let postgres: TestPostgres;
    let direct: Client;
    let mariadb: MariadbWorld;
    beforeAll(async () => {
      [postgres, mariadb] = await Promise.all([startPostgres(), openMariadbWorld(mariadbHiddenWorld)]);
      await postgres.run(hiddenWorld);
      direct = await postgres.connect();
      await direct.query('set search_path = pg_catalog');
    });
    afterAll(async () => {
      await direct?.end();
      await postgres?.stop();
      await mariadb?.stop();
      await guard.close();
    });

    /** With every word that the source said: an asker is told less. */
    async function ask(sql: string, dialect: Dialect): Promise<Outcome> {
      try {
        const { checked } = await guard.check({ sql, dialect, schema: seen, rowsMax: 1000 });
        const rows =
          dialect === 'mariadb'
            ? await mariadb.rows(checked)
            : (await direct.query<unknown[]>({ text: checked.text, rowMode: 'array' })).rows;
        return { rows: comparable(rows).map(truthAsNumbers), code: 'answered', told: JSON.stringify(rows) };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const told = JSON.stringify([error.message, Object.entries(error)]);
        return { rows: null, code: error instanceof ProblemError ? error.code : 'failed', told };
      }
    }
    /** It has no truth values but 1 and 0. */
    const truthAsNumbers = (row: unknown[]) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value));

    describe.each(Object.entries(MARIADB_ATTEMPTS))('%s', (_, attempts) => {
      test.each(attempts.map((sql) => [isShort(JSON.stringify(sql)), sql]))('%s', async (_title, sql) => {
        const [there, here] = [await ask(sql, 'postgres'), await ask(sql, 'mariadb')];
        // A statement may name what it hunts for.
        if (!CANARIES.test(sql)) expect([here.told, ...mariadb.warnings()].join()).not.toMatch(CANARIES);
        if (here.rows !== null && !LAXER_ON_MARIADB.has(sql))
          expect([here.code, here.rows]).toEqual([there.code, there.rows]);
        // What the guard refuses of a name or a construct it refuses for every engine.
        if (there.rows === null && there.code !== 'failed') expect(here.code).toBe(there.code);
      });
    });

    test('no letter that a server takes for another leads to a hidden column', async () => {
      // As on Windows: names of tables are folded, by rules of MariaDB's own.
      const world = await openMariadbWorld(mariadbHiddenWorld, undefined, { 'lower-case-table-names': '1' });
      for (const [inner, outer] of ['i\u0130', 's\u017f', 'k\u212a', '\u00df\u1e9e', 'e\u00e9']) {
        const sql = `select (select "${outer}".delay from sales.orders "${inner}" limit 1) from (select 7 as delay) "${outer}"`;
        const answer = await guard.check({ sql, dialect: 'mariadb', schema: seen, rowsMax: 10 }).catch(() => null);
        const rows = answer === null ? [] : await world.rows(answer.checked).catch(() => []);
        expect([sql, JSON.stringify(rows)]).toEqual([sql, expect.not.stringMatching(CANARIES)]);
      }
      await world.stop();
    });

    test('enough of them are answered for that to mean something, and none is laxer than is said', async () => {
      const all = Object.values(MARIADB_ATTEMPTS).flat();
      const outcomes: [there: Outcome, here: Outcome][] = [];
      for (const sql of all) outcomes.push([await ask(sql, 'postgres'), await ask(sql, 'mariadb')]);
      expect(outcomes.filter(([, here]) => here.rows !== null).length).toBeGreaterThan(90);
      const laxer = all.filter((_, at) => outcomes[at]![0].rows === null && outcomes[at]![1].rows !== null);
      expect(laxer.toSorted()).toEqual([...LAXER_ON_MARIADB].toSorted());
    });
  },
);
