import type { Session } from './session.ts';
import { classifyNumber } from './classify.ts';

// Strings and operators as the guard prints them, what MariaDB can be made to refuse, and dates that exist.
const MODE =
  'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY,NO_UNSIGNED_SUBTRACTION';
/** A longer text of string_agg is cut with a warning, which is an error to us. */
const TEXT_BYTES_MAX = 16 * 1024 * 1024;
const LOCK_WAIT_SECONDS = 5;
/** Kept for `SHOW WARNINGS`; a server may be set up to keep none. */
const WARNINGS_MAX = 1024;
/** A statement over a table forgets the warnings of the one before, which quote values; COM_RESET_CONNECTION does not. */
const FORGETTING_WARNINGS = 'FROM (SELECT 1) AS one';

/** Begins the read-only transaction in which one statement runs. `values`: of `@strongroom_1`, …. */
export async function begin(session: Session, timeoutMs: number, values: readonly string[] = []): Promise<void> {
  const variables = values.map(
    (value, index) => `, @strongroom_${index + 1} = _utf8mb4 X'${Buffer.from(value).toString('hex')}'`,
  );
  for (const statement of [
    'SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin',
    `SET sql_mode = '${MODE}', time_zone = '+00:00', lc_time_names = 'en_US', max_statement_time = ${Math.max(timeoutMs, 1) / 1000},
      div_precision_increment = (SELECT 12 ${FORGETTING_WARNINGS}), group_concat_max_len = ${TEXT_BYTES_MAX}, lock_wait_timeout = ${LOCK_WAIT_SECONDS}, sql_select_limit = DEFAULT,
      sql_notes = 1, max_error_count = ${WARNINGS_MAX}${variables.join('')}`,
    'SET SESSION TRANSACTION READ ONLY',
    'START TRANSACTION READ ONLY',
  ]) {
    const { error } = await session.request(statement);
    if (error !== null) throw classifyNumber(error);
  }
}
