import type { Receipt } from '@strongroom/merkle-log';
import type { Frame } from '@strongroom/protocol';
import type { Asker, AuditWriter, DataHolder, Sealer } from '#contracts';
import type { Egress } from '#egress';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import type { Reader } from '#query';
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
  /** How to ask an earlier question again, as it was asked. Throws `assistant/question_not_found` (404). */
  askAgain(asker: Asker, id: string): Promise<(reader: Reader) => AsyncGenerator<Frame>>;
  /** Throws `assistant/question_not_found` (404), `assistant/nothing_sent` (409). */
  showReceipt(asker: Asker, id: string): Promise<Receipt>;
  readonly history: History;
  readonly holder: DataHolder;
};

export function createAssistant(deps: {
  catalog: AskDeps['catalog'];
  query: AskDeps['query'];
  egress: Egress;
  sealer: Sealer;
  database: Database;
  audit: AuditWriter;
  prove: ReceiptDeps['prove'];
  clock: Clock;
}): Assistant {
  const history = createHistory(deps);
  const needs: AskDeps & ReceiptDeps = { ...deps, history };
  const blind: AskDeps = { ...needs, query: { ...deps.query, lookup: async () => [] } };
  return {
    ask: (asker, request) => askQuestion(request.lookup === false ? blind : needs, asker, request),
    askSql: (asker, request) => askSql(needs, asker, request),
    async askAgain(asker, id) {
      const { question, source, sql } = await history.show(asker, id);
      if (question === null) {
        if (source === null || sql.asked === null) throw questionNotFound();
        const again = { sql: sql.asked, source };
        return (reader) => askSql(needs, asker, { ...again, ...reader });
      }
      return (reader) => askQuestion(needs, asker, { question, source: source ?? undefined, ...reader });
    },
    showReceipt: (asker, id) => showReceipt(needs, asker, id),
    history,
    holder: assistantHolder(history),
  };
}
