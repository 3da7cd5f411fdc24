import type { CheckedSql, Dialect } from '@strongroom/protocol';

/** For tests of connectors alone, which must also show what happens to text that no guard has seen. */
export function uncheckedSql(dialect: Dialect, text: string, rowsMax = 10_000_000): CheckedSql {
  return { dialect, text, values: [], rowsMax } as unknown as CheckedSql;
}
