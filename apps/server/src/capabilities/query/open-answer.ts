import { type Answer, type AnswerEvent, type Frame, ProblemError } from '@strongroom/protocol';

type Stopped = Extract<AnswerEvent, { type: 'stopped' }>;

/** What is known of an answer besides its rows, filled in as its frames arrive. */
export type AnswerFacts = Omit<Answer, 'rows'>;

export type OpenAnswer = {
  readonly facts: AnswerFacts;
  /** Set when the answer stopped before the first row: there is nothing to stream. */
  readonly stopped: Stopped | null;
  /**
   * The Arrow bytes; throws the problem when the source failed after the first ones: the connection is cut, so that
   * nobody takes a part for the whole. A problem, so that it is no fault of ours in the log.
   */
  readonly rows: AsyncGenerator<Uint8Array>;
};

/**
 * Reads frames until a batch of rows, the completion or a stop, so that the HTTP status can still say how it went: the
 * first bytes of a stream are its schema, sent before the source has computed a single row.
 */
export async function openAnswer(frames: AsyncGenerator<Frame>): Promise<OpenAnswer> {
  const facts: AnswerFacts = {
    outcome: 'empty',
    source: null,
    columns: [],
    rowCount: 0,
    complete: false,
    elapsedMs: 0,
    sql: { asked: null, run: null },
    translator: null,
    understanding: null,
    disclosure: null,
    receipt: '',
  };
  let schema: Uint8Array | null = null;
  for (;;) {
    const { value, done } = await frames.next();
    if (done === true) return { facts, stopped: null, rows: rowsAfter(held(schema), frames, facts) };
    if (value.kind === 'rows') {
      if (schema !== null) return { facts, stopped: null, rows: rowsAfter([schema, value.bytes], frames, facts) };
      schema = value.bytes;
      continue;
    }
    learn(facts, value.event);
    if (value.event.type === 'stopped') {
      await frames.return(undefined);
      return { facts, stopped: value.event, rows: frames as AsyncGenerator<never> };
    }
  }
}

function held(schema: Uint8Array | null): Uint8Array[] {
  return schema === null ? [] : [schema];
}

async function* rowsAfter(
  first: readonly Uint8Array[],
  frames: AsyncGenerator<Frame>,
  facts: AnswerFacts,
): AsyncGenerator<Uint8Array> {
  yield* first;
  for await (const frame of frames) {
    if (frame.kind === 'rows') yield frame.bytes;
    else if (frame.event.type === 'stopped') throw cut(frame.event);
    else learn(facts, frame.event);
  }
}

function cut({ problem }: Stopped): ProblemError {
  return new ProblemError(problem.code as `query/${string}`, problem.status, problem.title);
}

function learn(facts: AnswerFacts, event: AnswerEvent): void {
  switch (event.type) {
    case 'disclosed':
      facts.disclosure = event.disclosure;
      if (event.questionId !== undefined) facts.questionId = event.questionId;
      break;
    case 'translated':
      facts.source = event.source;
      facts.translator = event.translator;
      facts.understanding = event.understanding;
      facts.sql.asked = event.asked;
      break;
    case 'retried':
      // Before the next attempt it is told something anew.
      if (facts.disclosure !== null)
        facts.attempts = [
          ...(facts.attempts ?? []),
          { disclosure: facts.disclosure, asked: event.asked, refused: event.refused },
        ];
      break;
    case 'planned':
      facts.source = event.source;
      facts.sql = { asked: event.asked, run: event.run };
      break;
    case 'released':
      facts.columns = event.columns;
      facts.receipt = event.receipt;
      if (event.promise !== undefined) facts.promise = event.promise;
      break;
    case 'completed':
      facts.outcome = event.outcome;
      facts.rowCount = event.rowCount;
      facts.complete = event.complete;
      facts.elapsedMs = event.elapsedMs;
      break;
    case 'stopped':
      if (event.outcome !== null) facts.outcome = event.outcome;
      facts.understanding = event.understanding ?? facts.understanding;
      facts.receipt = event.receipt ?? facts.receipt;
      break;
  }
}
