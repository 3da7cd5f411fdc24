import type { Receipt } from '@strongroom/merkle-log';
import type { Frame } from '@strongroom/protocol';
import type { Asker, AuditWriter, DataHolder, Sealer } from '#contracts';
import type { Egress } from '#egress';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import type { Query } from '#query';
import { type AskDeps, askQuestion, type AskRequest } from './ask-question.ts';
import { assistantHolder } from './data-holder.ts';
import { questionNotFound } from './errors.ts';
import { askSql, type AskSqlRequest } from './ask-sql.ts';
import { createHistory, type History } from './history.ts';
import { type ReceiptDeps, showReceipt } from './show-receipt.ts';

export { assistantRoutes } from './routes.ts';
export { migrations } from './migrations.ts';
export { holdings } from './holdings.ts';
export type { AskRequest, History };

export type Assistant = {
  /** The frames of an answer; see ask-question.ts. */
  ask(asker: Asker, request: AskRequest): AsyncGenerator<Frame>;
  /** SQL that a person typed, kept among their own questions. */
  askSql(asker: Asker, request: AskSqlRequest): AsyncGenerator<Frame>;
  /** Asks an earlier question again, as it was asked. Throws `assistant/question_not_found` (404). */
  askAgain(asker: Asker, id: string, signal: AbortSignal): Promise<AsyncGenerator<Frame>>;
  /** Throws `assistant/question_not_found` (404), `assistant/nothing_sent` (409). */
  showReceipt(asker: Asker, id: string): Promise<Receipt>;
  readonly history: History;
  readonly holder: DataHolder;
};

export function createAssistant(deps: {
  catalog: AskDeps['catalog'];
  query: Pick<Query, 'run' | 'lookup'>;
  egress: Egress;
  sealer: Sealer;
  database: Database;
  audit: AuditWriter;
  prove: ReceiptDeps['prove'];
  clock: Clock;
}): Assistant {
  const history = createHistory(deps);
  const needs: AskDeps & ReceiptDeps = { ...deps, history };
  return {
    ask: (asker, request) => askQuestion(needs, asker, request),
    askSql: (asker, request) => askSql(needs, asker, request),
    async askAgain(asker, id, signal) {
      const { question, source, sql } = await history.show(asker, id);
      if (question === null) {
        if (source === null || sql.asked === null) throw questionNotFound();
        return askSql(needs, asker, { sql: sql.asked, source, signal });
      }
      return askQuestion(needs, asker, { question, source: source ?? undefined, signal });
    },
    showReceipt: (asker, id) => showReceipt(needs, asker, id),
    history,
    holder: assistantHolder(history),
  };
}
