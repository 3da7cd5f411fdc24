import { findMariadb, startMariadb, type TestMariadb } from '@strongroom/testkit';
import type { CheckedSql } from '@strongroom/protocol';

/** Whether there is one; where not, one line has said so. */
export const hasMariadb = (await findMariadb()) !== null;

export type MariadbWorld = {
  /** The rows of a checked text, run as the connector does: what MariaDB only warns of is an error. */
  rows(checked: CheckedSql): Promise<unknown[][]>;
  /** Every word that the server said beside them since the last call: warnings, notes, errors. */
  warnings(): string[];
  /** Runs SQL of a test's own; may hold several statements. */
  run(sql: string): Promise<void>;
  stop(): Promise<void>;
};

/** `sqlMode`: what a text means must not hang on it, but for what is an error. */
export async function openMariadbWorld(
  world: string,
  sqlMode = 'ERROR_FOR_DIVISION_BY_ZERO,NO_UNSIGNED_SUBTRACTION',
  settings: Readonly<Record<string, string>> = {},
): Promise<MariadbWorld> {
  const mariadb: TestMariadb = await startMariadb({ settings });
  await mariadb.run(world);
  const client = await mariadb.connect();
  await client.query('set names utf8mb4 collate utf8mb4_nopad_bin');
  await client.query(`set sql_mode = '${sqlMode}', div_precision_increment = 12, time_zone = '+00:00'`);
  const warnings: string[] = [];
  return {
    warnings: () => warnings.splice(0),
    async rows({ text, values }) {
      for (const [index, value] of values.entries()) await client.query(`set @strongroom_${index + 1} = ?`, [value]);
      // As the connector forgets what was warned of before.
      await client.query('set @forgotten = (select 1 from (select 1) as one)');
      const [rows] = await client.query(text);
      const [told] = (await client.query('show warnings')) as unknown as [string[][]];
      warnings.push(...told.map((words) => words.join(' ')));
      const [first] = told.filter(([level, number]) => level !== 'Note' || number === '1105');
      if (first !== undefined) throw new Error(first[2]);
      return rows as unknown[][];
    },
    async run(sql) {
      await client.query(sql);
    },
    async stop() {
      await client.end();
      await mariadb.stop();
    },
  };
}
