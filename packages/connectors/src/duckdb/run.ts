import { type CheckedSql, ProblemError, type RowBytes } from '@strongroom/protocol';
import type { RowStream, RunLimits } from '../contract.ts';
import { cancelled, failed, resource, timedOut } from '../errors.ts';
import type { Pool } from '../pool.ts';
import { createRowQueue } from '../row-queue.ts';
import { type Engine, explainRun, readAnswer } from './engine.ts';
import { BYTES_FRAME } from './frames.ts';

/** Runs one checked statement in a child of its own; ending the child is the native cancel. */
export async function run(
  pool: Pool<Engine>,
  sql: CheckedSql,
  limits: RunLimits,
  signal?: AbortSignal,
): Promise<RowStream> {
  const engine = await pool.acquire(signal);
  let problem: ProblemError | null = null;
  const stop = (reason: ProblemError) => {
    problem ??= reason;
    queue.fail(problem);
    pool.discard(engine);
    wake?.();
  };
  let wake: (() => void) | null = null;
  const queue = createRowQueue({
    onDrain: () => wake?.(),
    onLeave() {
      leave();
      pool.discard(engine);
      wake?.();
    },
  });
  const onAbort = () => stop(cancelled());
  const timer = setTimeout(() => stop(timedOut(limits.timeoutMs)), limits.timeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  const leave = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  // A child that dies without a word ran out of memory, or its engine fell over the query.
  const lost = () => problem ?? resource('engine ended');

  const pump = async () => {
    for (;;) {
      const frame = await engine.next();
      if (frame === null) throw lost();
      if (frame.kind === BYTES_FRAME) {
        if (!queue.push(frame.payload as unknown as RowBytes) && !queue.isSettled)
          await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const answer = readAnswer(frame);
      if (answer?.type === 'problem') {
        queue.fail(explainRun(answer.problem));
        return pool.release(engine);
      }
      if (answer?.type !== 'completed') throw failed('answer out of turn');
      const end = await engine.next();
      if (end?.kind !== BYTES_FRAME) throw lost();
      queue.push(end.payload as unknown as RowBytes);
      queue.end({ rowCount: answer.rowCount, complete: answer.complete, limit: answer.limit });
      return pool.release(engine);
    }
  };

  try {
    const rows = Math.min(limits.rows, sql.rowsMax);
    await engine.send({ type: 'run', sql: sql.text, values: sql.values, rows, bytes: limits.bytes });
    const first = readAnswer(await engine.next());
    if (first === null) throw lost();
    if (first.type === 'problem') {
      pool.release(engine);
      throw explainRun(first.problem);
    }
    if (first.type !== 'columns') throw failed('answer out of turn');
    pump()
      .catch((error: unknown) => {
        queue.fail(error instanceof ProblemError ? error : failed('engine'));
        pool.discard(engine);
      })
      .finally(leave);
    return { columns: first.columns, chunks: queue.chunks, completion: queue.completion };
  } catch (error) {
    leave();
    throw problem ?? error;
  }
}
