import { rowsFromArrow } from '@strongroom/connectors';
import { type AnswerEvent, type Frame, type Outcome, ProblemError, type ProblemCode } from '@strongroom/protocol';
import { openAnswer } from '#query';

/** What one result holds at most. */
export const LIMITS = { rows: 100, bytes: 64 * 1024 } as const;

/** What a client that is a model is told of an answer. `withheld`: nothing ran. */
export type ClientAnswer = {
  readonly outcome: Outcome | 'withheld';
  readonly source: string | null;
  readonly columns: readonly { readonly name: string; readonly type?: string }[];
  readonly sql: { readonly asked: string | null; readonly run: string | null };
  readonly translator: string | null;
  /** Id of an entry of the audit log that was made before anything left. */
  readonly receipt: string | null;
  readonly rows?: readonly (readonly unknown[])[];
  readonly complete?: boolean;
  readonly withheld?: string;
};

const WITHHELD =
  'an admin of this workspace has not allowed rows to MCP clients: nothing was run; the person can run it in Strongroom';

/**
 * Reads an answer until it is planned and no further, so that nothing runs in the source. INVARIANT: what is told follows from metadata,
 * the policy and the client's own words alone, not from rows: not whether there are any, nor whether reading them fails, nor how long it
 * takes. Throws the problem that stopped it before.
 */
export async function answerWithoutRows(frames: AsyncGenerator<Frame>, receipt: string | null): Promise<ClientAnswer> {
  let translator: string | null = null;
  for await (const frame of frames) {
    if (frame.kind !== 'event') break;
    const { event } = frame;
    if (event.type === 'stopped') throw problemOf(event);
    if (event.type === 'translated') translator = event.translator;
    if (event.type === 'planned')
      return {
        outcome: 'withheld',
        source: event.source,
        columns: (event.columns ?? []).map((name) => ({ name })),
        sql: { asked: event.asked, run: event.run },
        translator,
        receipt,
        withheld: WITHHELD,
      };
  }
  throw new Error('an answer ended without a plan');
}

/** At most so many rows and bytes of an answer. Throws the problem that stopped it. */
export async function answerWithRows(frames: AsyncGenerator<Frame>): Promise<ClientAnswer> {
  const { facts, stopped, rows: batches } = await openAnswer(frames);
  if (stopped !== null) throw problemOf(stopped);
  const rows: (readonly unknown[])[] = [];
  let bytes = 0;
  let cut = false;
  for await (const batch of rowsFromArrow(batches)) {
    for (const row of batch) {
      bytes += Buffer.byteLength(JSON.stringify(row));
      cut ||= bytes > LIMITS.bytes || rows.length >= LIMITS.rows;
      if (!cut) rows.push(row);
    }
    if (cut) break;
  }
  return {
    outcome: cut ? 'rows' : facts.outcome,
    source: facts.source,
    columns: facts.columns.map(({ name, type }) => ({ name, type })),
    sql: facts.sql,
    translator: facts.translator,
    receipt: facts.receipt,
    rows,
    complete: facts.complete && !cut,
  };
}

/** With what was understood of a question that was declined, and the receipt of the refusal. */
function problemOf({
  problem,
  outcome,
  understanding,
  receipt,
}: Extract<AnswerEvent, { type: 'stopped' }>): ProblemError {
  return new ProblemError(problem.code as ProblemCode, problem.status, problem.title, {
    members: { outcome, understanding, receipt },
  });
}
