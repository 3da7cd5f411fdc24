import type { AnswerEvent, Frame } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import type { Query, Reader } from '#query';
import type { History, KeptQuestion } from './history.ts';

export type AskSqlDeps = { readonly query: Pick<Query, 'run'>; readonly history: History };
export type AskSqlRequest = Reader & { readonly sql: string; readonly source: string };

/** SQL that a person typed: kept among their own earlier questions, for the rest exactly what `query` makes of it. */
export async function* askSql(deps: AskSqlDeps, asker: Asker, request: AskSqlRequest): AsyncGenerator<Frame> {
  const { sql, source } = request;
  const kept: KeptQuestion = {
    question: null,
    source,
    sql: { asked: sql, run: null },
    translator: null,
    outcome: null,
    disclosure: null,
    receipt: null,
    exchanges: [],
  };
  const id = await deps.history.keep(asker, kept);
  try {
    for await (const frame of deps.query.run(asker, request)) {
      if (frame.kind === 'event') learn(kept, frame.event);
      yield frame;
    }
  } finally {
    await deps.history.finish(asker, id, kept);
  }
}

/** What an answer says of how it went. */
export function learn(kept: KeptQuestion, happened: AnswerEvent): void {
  if (happened.type === 'planned') kept.sql = { asked: happened.asked, run: happened.run };
  if (happened.type === 'completed' || happened.type === 'stopped') kept.outcome = happened.outcome;
  if ('receipt' in happened && happened.receipt !== null) kept.receipt = happened.receipt;
}
