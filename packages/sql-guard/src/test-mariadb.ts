import { findMariadb, startMariadb, type TestMariadb } from '@strongroom/testkit';
import type { CheckedSql } from '@strongroom/protocol';

/** Whether there is one; where not, one line has said so. */
export const hasMariadb = (await findMariadb()) !== null;

export type MariadbWorld = {
  /** The rows of a checked text, run as the connector does: what MariaDB only warns of is an error. */
  rows(checked: CheckedSql): Promise<unknown[][]>;
  stop(): Promise<void>;
};

/** `sqlMode`: meanings must not hang on it. */
export async function openMariadbWorld(world: string, sqlMode = 'ERROR_FOR_DIVISION_BY_ZERO'): Promise<MariadbWorld> {
  const mariadb: TestMariadb = await startMariadb();
  await mariadb.run(world);
  const client = await mariadb.connect();
  await client.query('set names utf8mb4 collate utf8mb4_nopad_bin');
  await client.query(`set sql_mode = '${sqlMode}', div_precision_increment = 12, time_zone = '+00:00'`);
  return {
    async rows({ text, values }) {
      for (const [index, value] of values.entries()) await client.query(`set @strongroom_${index + 1} = ?`, [value]);
      const [rows] = await client.query(text);
      const [warnings] = await client.query('show warnings');
      const [first] = (warnings as string[][]).filter(([level]) => level !== 'Note');
      if (first !== undefined) throw new Error(first[2]);
      return rows as unknown[][];
    },
    async stop() {
      await client.end();
      await mariadb.stop();
    },
  };
}
