import { type AnswerColumn, type CheckedSql, type ProblemError } from '@strongroom/protocol';
import { batchRowsMax, createBatchWriter } from '../arrow/batch-writer.ts';
import { arrowField } from '../arrow/columns.ts';
import type { RowStream, RunLimits } from '../contract.ts';
import { cancelled, failed, permission, timedOut } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { createRowQueue } from '../row-queue.ts';
import { classifySqlState, isCancelState } from './classify.ts';
import { createRowDecoder } from './decode-rows.ts';
import { ROW_BYTES_MAX, RowTooLargeError } from './message-reader.ts';
import * as message from './messages.ts';
import type { FieldDescription } from './messages.ts';
import { type Session, classifyReadError } from './session.ts';
import { type Described, sameFields, type StatementBook } from './statements.ts';
import type { TypeBook } from './types.ts';

// Longer than the server's own limit, which is the one that says so politely.
const TIMEOUT_GRACE_MS = 1_000;
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
  let problem: ProblemError | null = null;
  const stop = (reason: ProblemError) => {
    problem ??= reason;
    session.cancel();
  };
  const onAbort = () => stop(cancelled());
  const timer = setTimeout(() => stop(timedOut(limits.timeoutMs)), limits.timeoutMs + TIMEOUT_GRACE_MS);
  signal?.addEventListener('abort', onAbort, { once: true });
  const leave = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const begin = beginAndDescribe(sql, limits.timeoutMs);
  const running = { session, pool, sql, limits, leave, explainLoss: (loss: ProblemError) => problem ?? loss };
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
    leave();
    if (session.isOpen) pool.release(session);
    throw problem ?? classifyReadError(error);
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
  leave: () => void;
  explainLoss: (loss: ProblemError) => ProblemError;
};

/**
 * `begin`: what comes before the statement in the same round trip; null when it was described already. `isAsRemembered`
 * is then false when the source describes the statement otherwise: nobody may read that answer. It rejects with what the source refused.
 */
function stream(
  { session, pool, sql, limits, leave, explainLoss }: Running,
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
  let decoder = createRowDecoder(columnTypes, 0);
  const writer = createBatchWriter(
    columns.map((column, index) => arrowField(column, decoder.arrowTypes[index]!)),
    batchRowsMax(columns.length),
  );
  const rowsMax = Math.min(limits.rows, sql.rowsMax);
  let rowCount = 0;
  let batchRows = 0;
  let batchBytes = 0;
  let totalBytes = 0;
  let limit: 'rows' | 'bytes' | null = null;
  let sqlState: string | null = null;

  // The other work of this process gets its turn before the next batch, however much has arrived already.
  let isResuming = false;
  const resume = () => {
    if (isResuming) return;
    isResuming = true;
    setImmediate(() => {
      isResuming = false;
      session.resume();
    });
  };
  const queue = createRowQueue({
    onDrain: resume,
    onLeave() {
      leave();
      session.cancel();
    },
  });
  const flush = () => {
    const rows = batchRows;
    if (rows === 0) return;
    session.pause();
    totalBytes += batchBytes;
    batchRows = 0;
    batchBytes = 0;
    if (queue.push(writer.take(decoder.columns, rows))) resume();
  };
  const finish = () => {
    leave();
    flush();
    queue.push(writer.end());
    queue.end({ rowCount, complete: limit === null, limit });
  };
  const meetLimit = (met: 'rows' | 'bytes') => {
    limit = met;
    // The statement's own LIMIT ends it one row further; everything else is stopped in the source.
    if (met === 'rows' && rowsMax === sql.rowsMax) return;
    finish();
    session.cancel();
  };

  const onRow = (buffer: Buffer, start: number, end: number) => {
    if (limit !== null) return;
    if (rowCount === rowsMax) return meetLimit('rows');
    if (totalBytes + batchBytes + (end - start) > limits.bytes) return meetLimit('bytes');
    // As much room as the batch that begins may have: an answer of one row needs none for 65,536.
    if (batchRows === 0 && decoder.rowsMax < writer.rowsTarget)
      decoder = createRowDecoder(columnTypes, writer.rowsTarget);
    decoder.append(buffer, start, end);
    const sizeBytes = decoder.sizeBytes();
    if (sizeBytes - batchBytes > ROW_BYTES_MAX) throw new RowTooLargeError('row too large');
    rowCount += 1;
    batchRows += 1;
    batchBytes = sizeBytes;
    if (writer.isFull(batchRows, batchBytes)) flush();
  };
  const onReady = () => {
    if (sqlState === null) finish();
    else {
      const problem = explain(sqlState, limits);
      leave();
      queue.fail(problem);
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
      leave();
      queue.fail(explainLoss(loss));
      asRemembered.reject(explainLoss(loss));
    },
    onMessage(type, buffer, start, end) {
      if (!isDescribed && type !== message.ERROR && type !== message.READY) {
        // The row before it is that of the settings.
        if (type === message.ROW_DESCRIPTION) onDescription(message.parseRowDescription(buffer, start, end));
        else if (type === message.NO_DATA) onDescription([]);
      } else if (type === message.DATA_ROW) {
        try {
          onRow(buffer, start, end);
        } catch (error) {
          queue.fail(classifyReadError(error));
          leave();
          session.cancel();
        }
      } else if (type === message.ERROR) sqlState ??= message.parseSqlState(buffer, start, end);
      else if (type === message.READY) onReady();
      else if (type !== message.BIND_COMPLETE && type !== message.COMMAND_COMPLETE) throw failed('message out of turn');
    },
  });
  queue.push(writer.start());
  session.send(Buffer.concat([...(begin ?? []), ...execute(sql, decoder.formats)]));
  const answer = { columns, chunks: queue.chunks, completion: queue.completion };
  return { answer, isAsRemembered: asRemembered.promise };
}
