import type { Node, SelectStmt } from '@pgsql/types';
import { literal } from './build-tree.ts';

/**
 * Makes a SELECT return at most `rowsMax + 1` rows: the one too many tells that the result is not complete.
 * The LIMIT of the statement itself is tightened, so that its ORDER BY keeps its meaning. Changes `select`.
 * Returns whether there was anything to tighten.
 */
export function limitRows(select: SelectStmt, rowsMax: number): boolean {
  const most = rowsMax + 1;
  const asked = select.limitCount;
  if (
    asked !== undefined &&
    'A_Const' in asked &&
    asked.A_Const.ival !== undefined &&
    (asked.A_Const.ival.ival ?? 0) <= rowsMax
  )
    return false;
  select.limitCount = asked === undefined || 'A_Const' in asked ? literal(most) : least(asked, literal(most));
  select.limitOption = 'LIMIT_OPTION_COUNT';
  return true;
}

/** LEAST passes over NULL, as `LIMIT NULL` has no limit. */
function least(a: Node, b: Node): Node {
  return { MinMaxExpr: { op: 'IS_LEAST', args: [a, b] } };
}
