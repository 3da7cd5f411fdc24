import type { AnswerColumn, CheckedSql, ProblemError } from '@strongroom/protocol';
import type { RowStream, RunLimits } from '../contract.ts';
import { permission, timedOut, type } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { createRowSink } from '../row-sink.ts';
import { type RunWatch, watchRun } from '../watch-run.ts';
import { ProtocolError } from '../wire-errors.ts';
import { begin } from './begin.ts';
import { classifyNumber, classifyWarning, isCancelNumber } from './classify.ts';
import { createRowDecoder } from './decode-rows.ts';
import * as message from './messages.ts';
import { createFieldReader } from './packets.ts';
import { classifyReadError, type Session } from './session.ts';
import { typeOfColumn } from './types.ts';

/** MariaDB's own limit on the columns of a table or an answer. */
const COLUMNS_MAX = 4096;

/** Runs one checked statement in a read-only transaction and decodes its rows straight from the socket's buffers. */
export async function run(
  pool: Pool<Session>,
  sql: CheckedSql,
  limits: RunLimits,
  signal?: AbortSignal,
): Promise<RowStream> {
  const session = await pool.acquire(signal);
  const watch = watchRun(session, limits, signal);
  try {
    await begin(session, limits.timeoutMs, sql.values);
    const columns = await askForColumns(session, sql.text, limits);
    return stream({ session, pool, sql, limits, watch }, columns);
  } catch (error) {
    watch.leave();
    if (session.isOpen) pool.release(session);
    throw watch.explain(classifyReadError(error));
  }
}

function explain(number: number, limits: RunLimits): ProblemError {
  return isCancelNumber(number) ? timedOut(limits.timeoutMs) : classifyNumber(number);
}

/** Sends the statement and reads up to its first row. */
function askForColumns(session: Session, text: string, limits: RunLimits): Promise<message.ColumnDefinition[]> {
  return new Promise((resolve, reject) => {
    const columns: message.ColumnDefinition[] = [];
    let count = -1;
    session.ask(text, {
      onLost: reject,
      onPacket(buffer, start, end) {
        if (buffer[start] === message.ERROR) return reject(explain(message.parseError(buffer, start, end), limits));
        if (count < 0) {
          // `commit`, `set`: nothing that gives no rows may run, whatever let it through.
          if (buffer[start] === message.OK) return reject(permission('not a query'));
          // A hostile server asks for a file of ours here. It gets none, and no further word.
          if (buffer[start] === message.LOCAL_INFILE) throw new ProtocolError('asked for a file');
          count = createFieldReader(buffer, start, end).length() ?? 0;
          if (count > COLUMNS_MAX) throw new ProtocolError('too many columns');
        } else if (columns.length < count)
          columns.push(message.parseColumn(buffer, start, end, session.hasExtendedMetadata));
        else if (message.isEnd(buffer, start, end)) {
          session.pause();
          resolve(columns);
        } else throw new ProtocolError('message out of turn');
      },
    });
  });
}

type Running = {
  readonly session: Session;
  readonly pool: Pool<Session>;
  readonly sql: CheckedSql;
  readonly limits: RunLimits;
  readonly watch: RunWatch;
};

function stream(
  { session, pool, sql, limits, watch }: Running,
  definitions: readonly message.ColumnDefinition[],
): RowStream {
  const types = definitions.map(typeOfColumn);
  const columns = definitions.map(({ name }, index): AnswerColumn => ({
    name,
    type: types[index]!.name,
    kind: types[index]!.kind,
  }));
  const decoders = {
    first: createRowDecoder(types, 0),
    create: (rowsMax: number) => createRowDecoder(types, rowsMax),
  };
  const sink = createRowSink(session, columns, decoders, { sql, limits, leave: watch.leave });
  /** INVARIANT: an answer is whole only if the server warned of no value that it changed on the way. */
  const onEnd = (warningCount: number) => {
    const answered = warningCount === 0 ? Promise.resolve(null) : firstWarning(session, warningCount);
    answered.then(
      (problem) => {
        if (problem === null) sink.finish();
        else sink.fail(problem);
        pool.release(session);
      },
      (loss: unknown) => sink.fail(watch.explain(classifyReadError(loss))),
    );
  };
  session.receive({
    onLost: (loss) => sink.fail(watch.explain(loss)),
    onPacket(buffer, start, end) {
      if (buffer[start] === message.ERROR) {
        sink.fail(explain(message.parseError(buffer, start, end), limits));
        pool.release(session);
      } else if (message.isEnd(buffer, start, end)) onEnd(message.parseEnd(buffer, start, end));
      else {
        try {
          sink.row(buffer, start, end);
        } catch (error) {
          sink.fail(classifyReadError(error));
          session.cancel();
        }
      }
    },
  });
  sink.resume();
  return sink.answer;
}

/** Numbers and levels alone: the texts of warnings quote values, and are dropped here. */
async function firstWarning(session: Session, warningCount: number): Promise<ProblemError | null> {
  const { rows, error } = await session.request('SHOW WARNINGS');
  if (error !== null) return classifyNumber(error);
  for (const [level, number] of rows) {
    const problem = classifyWarning(level ?? '', Number(number));
    if (problem !== null) return problem;
  }
  // Of the rest nothing is known.
  return rows.length < warningCount ? type('more warnings than are kept') : null;
}
