import type { AnswerColumn, CheckedSql, ProblemError } from '@strongroom/protocol';
import { batchRowsMax, createBatchWriter } from '../arrow/batch-writer.ts';
import { arrowField } from '../arrow/columns.ts';
import type { RowStream, RunLimits } from '../contract.ts';
import { cancelled, permission, timedOut } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { createRowQueue } from '../row-queue.ts';
import { begin } from './begin.ts';
import { classifyNumber, classifyWarning, isCancelNumber } from './classify.ts';
import { createRowDecoder } from './decode-rows.ts';
import * as message from './messages.ts';
import { createFieldReader, ProtocolError } from './packets.ts';
import { classifyReadError, type Receiver, type Session } from './session.ts';
import { typeOfColumn } from './types.ts';

// Longer than the server's own limit, which is the one that says so politely.
const TIMEOUT_GRACE_MS = 1_000;
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
  try {
    await begin(session, limits.timeoutMs, sql.values);
    const columns = await askForColumns(session, sql.text, limits);
    return stream({ session, pool, sql, limits, columns, leave, explainLoss: (loss) => problem ?? loss });
  } catch (error) {
    leave();
    if (session.isOpen) pool.release(session);
    throw problem ?? classifyReadError(error);
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

function stream({
  session,
  pool,
  sql,
  limits,
  columns: definitions,
  leave,
  explainLoss,
}: {
  session: Session;
  pool: Pool<Session>;
  sql: CheckedSql;
  limits: RunLimits;
  columns: message.ColumnDefinition[];
  leave: () => void;
  explainLoss: (loss: ProblemError) => ProblemError;
}): RowStream {
  const types = definitions.map(typeOfColumn);
  const columns = definitions.map(({ name }, index): AnswerColumn => ({
    name,
    type: types[index]!.name,
    kind: types[index]!.kind,
  }));
  let decoder = createRowDecoder(types, 0);
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
  const refuse = (problem: ProblemError) => {
    leave();
    queue.fail(problem);
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
    if (batchRows === 0 && decoder.rowsMax < writer.rowsTarget) decoder = createRowDecoder(types, writer.rowsTarget);
    decoder.append(buffer, start, end);
    rowCount += 1;
    batchRows += 1;
    batchBytes = decoder.sizeBytes();
    if (writer.isFull(batchRows, batchBytes)) flush();
  };
  /** INVARIANT: an answer is whole only if the server warned of no value that it changed on the way. */
  const onEnd = (warningCount: number) => {
    const answered = warningCount === 0 ? Promise.resolve(null) : firstWarning(session);
    answered.then(
      (problem) => {
        if (problem === null) finish();
        else refuse(problem);
        pool.release(session);
      },
      (loss: unknown) => refuse(explainLoss(classifyReadError(loss))),
    );
  };

  const receiver: Receiver = {
    onLost: (loss) => refuse(explainLoss(loss)),
    onPacket(buffer, start, end) {
      if (buffer[start] === message.ERROR) {
        refuse(explain(message.parseError(buffer, start, end), limits));
        pool.release(session);
      } else if (message.isEnd(buffer, start, end)) onEnd(message.parseEnd(buffer, start, end));
      else {
        try {
          onRow(buffer, start, end);
        } catch (error) {
          refuse(classifyReadError(error));
          session.cancel();
        }
      }
    },
  };
  queue.push(writer.start());
  session.receive(receiver);
  resume();
  return { columns, chunks: queue.chunks, completion: queue.completion };
}

/** Numbers and levels alone: the texts of warnings quote values, and are dropped here. */
async function firstWarning(session: Session): Promise<ProblemError | null> {
  const { rows, error } = await session.request('SHOW WARNINGS');
  if (error !== null) return classifyNumber(error);
  for (const [level, number] of rows) {
    const problem = classifyWarning(level ?? '', Number(number));
    if (problem !== null) return problem;
  }
  return null;
}
