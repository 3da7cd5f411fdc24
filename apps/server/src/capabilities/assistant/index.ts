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
import { createPreferences, type Preferences } from './preferences.ts';
import { selectHoldLiterals, updateHoldLiterals } from './settings-store.ts';
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
  readonly preferences: Preferences;
  /** Whether literals of questions are held back from models in a workspace; an admin's to say. */
  readonly holdLiterals: {
    get(workspaceId: string): Promise<boolean>;
    set(workspaceId: string, holdLiterals: boolean): Promise<void>;
  };
  /** For who is removed from the workspace: what is theirs alone goes, keys first. */
  forgetPerson(workspaceId: string, personId: string): Promise<void>;
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
  const preferences = createPreferences(deps);
  const { database } = deps;
  const holdsLiterals = (workspaceId: string): Promise<boolean> => selectHoldLiterals(database, workspaceId);
  const needs: AskDeps & ReceiptDeps = { ...deps, history, preferences, holdsLiterals };
  const blind: AskDeps = {
    ...needs,
    query: { ...deps.query, lookup: async () => [], isUnique: async () => false },
  };
  return {
    ask: (asker, request) => askQuestion(request.lookup === false ? blind : needs, asker, request),
    askSql: (asker, request) => askSql(needs, asker, request),
    async askAgain(asker, id) {
      const { question, source, sql, follows } = await history.show(asker, id);
      if (question === null) {
        if (source === null || sql.asked === null) throw questionNotFound();
        const again = { sql: sql.asked, source };
        return (reader) => askSql(needs, asker, { ...again, ...reader });
      }
      const again = { question, source: source ?? undefined, follows: follows ?? undefined };
      return (reader) => askQuestion(needs, asker, { ...again, ...reader });
    },
    showReceipt: (asker, id) => showReceipt(needs, asker, id),
    history,
    preferences,
    holdLiterals: {
      get: holdsLiterals,
      set: (workspaceId, holdLiterals) => updateHoldLiterals(database, workspaceId, holdLiterals),
    },
    async forgetPerson(workspaceId, personId) {
      await history.forgetPerson(workspaceId, personId);
      await preferences.forgetPerson(workspaceId, personId);
    },
    holder: assistantHolder(history, preferences),
  };
}
