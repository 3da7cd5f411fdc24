import type { Frame } from '@strongroom/protocol';
import { isMendable, type ModelStatement, type StatementRefusal } from '#egress';

/**
 * Why the guard refused a statement, if that is what a frame says and the model could mend it.
 * INVARIANT: what came of running it is none of these: each such error is a bit about the rows.
 */
export function refusalIn(frame: Frame, statement: ModelStatement): StatementRefusal | null {
  if (frame.kind !== 'event' || frame.event.type !== 'stopped' || frame.event.step !== 'guard') return null;
  const { code, position, construct } = frame.event.problem;
  if (!isMendable(code)) return null;
  return { code, position: placeOf(statement, position, construct), statement };
}

/** What the guard calls a thing that is not allowed: `function pg_sleep`, `:v3 without a value`. */
const CONSTRUCT = /^(?:(?:function|operator|type|collation) (?:\S*\.)?)?(?<name>\S+)/;

/** Where it stands: as the parser says, or where the statement has what is not allowed. Of what the guard says only places are told. */
function placeOf(statement: string, position: unknown, construct: unknown): number | null {
  if (typeof position === 'number') return position;
  const name = typeof construct === 'string' ? CONSTRUCT.exec(construct)?.groups?.['name'] : undefined;
  const place = name === undefined ? -1 : statement.toLowerCase().indexOf(name.toLowerCase());
  return place === -1 ? null : place + 1;
}
