import { type AnswerColumn, type CheckedSql, type ProblemError } from '@strongroom/protocol';
import type { RowStream, RunLimits } from '../contract.ts';
import { failed, permission, timedOut } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { createRowSink } from '../row-sink.ts';
import { type RunWatch, watchRun } from '../watch-run.ts';
import { classifySqlState, isCancelState } from './classify.ts';
import { createRowDecoder } from './decode-rows.ts';
import * as message from './messages.ts';
import type { FieldDescription } from './messages.ts';
import { type Session, classifyReadError } from './session.ts';
import { type Described, sameFields, type StatementBook } from './statements.ts';
import type { TypeBook } from './types.ts';

const STATEMENT = 'asked';

const BEGIN = 'begin transaction isolation level repeatable read read only';
// `pg_temp` last, or it would be searched first. Strings must be read as the guard's grammar reads them.
const SETTINGS = `select set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $1, true),
  set_config('lock_timeout', '5000', true), set_config('search_path', 'pg_catalog, pg_temp', true),
  set_config('transaction_read_only', 'on', true), set_config('default_transaction_read_only', 'on', true),
  set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true), set_config('IntervalStyle', 'postgres', true), set_config('xmloption', 'content', true),
  set_config('standard_conforming_strings', 'on', true)`;

/**
 * Begins the read-only transaction in which `sql` alone runs, and describes it. INVARIANT: what fails before a Sync keeps the source
 * from doing anything that follows, so no statement runs outside that transaction or without these settings.
 */
function beginAndDescribe(sql: CheckedSql, timeoutMs: number): Buffer[] {
  return [
    message.parse('', BEGIN),
    message.bind('', [], []),
    message.execute(),
    message.parse('', SETTINGS),
    message.bind('', [String(timeoutMs)], []),
    message.execute(),
    // Parse takes one statement only, whatever the text says.
    message.parse(STATEMENT, sql.text),
    message.describeStatement(STATEMENT),
  ];
}

function execute(sql: CheckedSql, formats: readonly (0 | 1)[]): Buffer[] {
  return [message.bind(STATEMENT, sql.values, formats), message.execute(), message.sync()];
}

/**
 * Runs one checked statement through the extended protocol with binary results: the tuples of COPY (FORMAT binary), with
 * a format of its own for each column, so that types without a decoder come as their exact text. A statement whose columns
 * are remembered takes one round trip, others two.
 */
export async function run(
  pool: Pool<Session>,
  { types, statements }: { types: TypeBook; statements: StatementBook },
  sql: CheckedSql,
  limits: RunLimits,
  signal?: AbortSignal,
): Promise<RowStream> {
  const session = await pool.acquire(signal);
  const watch = watchRun(session, limits, signal);
  const begin = beginAndDescribe(sql, limits.timeoutMs);
  const running = { session, pool, sql, limits, watch };
  const remembered = statements.find(sql.text);
  if (remembered !== null) {
    // Whatever comes of it, it gives the session back.
    const { answer, isAsRemembered } = stream(running, remembered, begin);
    if (await isAsRemembered) return answer;
    statements.forget(sql.text);
    return run(pool, { types, statements }, sql, limits, signal);
  }
  try {
    const [reply] = await session.request(Buffer.concat([...begin, message.sync()]), 1);
    if (reply!.sqlState !== null) throw explain(reply!.sqlState, limits);
    const { fields } = reply!;
    // `commit`, `set`, `copy`: nothing that gives no rows may run, whatever let it through.
    if (fields === null) throw permission('not a query');
    const described = { fields, types: await types.describe(session, fields) };
    statements.remember(sql.text, described);
    return stream(running, described, null).answer;
  } catch (error) {
    watch.leave();
    if (session.isOpen) pool.release(session);
    throw watch.explain(classifyReadError(error));
  }
}

function explain(sqlState: string, limits: RunLimits): ProblemError {
  return isCancelState(sqlState) ? timedOut(limits.timeoutMs) : classifySqlState(sqlState);
}

type Running = {
  session: Session;
  pool: Pool<Session>;
  sql: CheckedSql;
  limits: RunLimits;
  watch: RunWatch;
};

/**
 * `begin`: what comes before the statement in the same round trip; null when it was described already. `isAsRemembered`
 * is then false when the source describes the statement otherwise: nobody may read that answer. It rejects with what the source refused.
 */
function stream(
  { session, pool, sql, limits, watch }: Running,
  { fields, types: columnTypes }: Described,
  begin: Buffer[] | null,
): { answer: RowStream; isAsRemembered: Promise<boolean> } {
  const columns = fields.map((field, index): AnswerColumn => ({
    name: field.name,
    type: columnTypes[index]!.name,
    kind: columnTypes[index]!.kind,
  }));
  const asRemembered = Promise.withResolvers<boolean>();
  asRemembered.promise.catch(() => {});
  let isDescribed = begin === null;
  let sqlState: string | null = null;
  const first = createRowDecoder(columnTypes, 0);
  const decoders = { first, create: (rowsMax: number) => createRowDecoder(columnTypes, rowsMax) };
  const sink = createRowSink(session, columns, decoders, { sql, limits, leave: watch.leave });
  const onReady = () => {
    if (sqlState === null) sink.finish();
    else {
      const problem = explain(sqlState, limits);
      sink.fail(problem);
      asRemembered.reject(problem);
    }
    asRemembered.resolve(isDescribed);
    pool.release(session);
  };
  const onDescription = (found: readonly FieldDescription[]) => {
    isDescribed = sameFields(found, fields);
    asRemembered.resolve(isDescribed);
    if (!isDescribed) session.cancel();
  };

  session.receive({
    onLost(loss) {
      sink.fail(watch.explain(loss));
      asRemembered.reject(watch.explain(loss));
    },
    onMessage(type, buffer, start, end) {
      if (!isDescribed && type !== message.ERROR && type !== message.READY) {
        // The row before it is that of the settings.
        if (type === message.ROW_DESCRIPTION) onDescription(message.parseRowDescription(buffer, start, end));
        else if (type === message.NO_DATA) onDescription([]);
      } else if (type === message.DATA_ROW) {
        try {
          sink.row(buffer, start, end);
        } catch (error) {
          sink.fail(classifyReadError(error));
          session.cancel();
        }
      } else if (type === message.ERROR) sqlState ??= message.parseSqlState(buffer, start, end);
      else if (type === message.READY) onReady();
      else if (type !== message.BIND_COMPLETE && type !== message.COMMAND_COMPLETE) throw failed('message out of turn');
    },
  });
  session.send(Buffer.concat([...(begin ?? []), ...execute(sql, first.formats)]));
  return { answer: sink.answer, isAsRemembered: asRemembered.promise };
}
