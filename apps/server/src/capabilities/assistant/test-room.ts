import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClusterSecret } from '@strongroom/keyring';
import {
  type AnswerEvent,
  askerWordsSchema,
  type CatalogTable,
  type Frame,
  problemDocument,
  ProblemError,
  type SourceSchema,
} from '@strongroom/protocol';
import { createGuard } from '@strongroom/sql-guard';
import type { Asker, AuditEvent, AuditWriter } from '#contracts';
import { createEgress } from '#egress';
import { nothingSet } from '../egress/test-unset.ts';
import { nothingPlanted } from '../../contracts/test-outbound-scan.ts';
import { makeTestVault, testVaultMigrations } from '../vault/make-test-vault.ts';
import { startTestDatabase } from '../../platform/database/test-database.ts';
import { type Assistant, createAssistant, migrations } from './index.ts';
import { AVIATION } from './translate/aviation-tables.ts';

/** For tests: the assistant before a real guard and a source that answers whatever passes it with no rows. */
export type TestRoom = AsyncDisposable & {
  /** With a model at that address, or with the built-in translator. */
  assistant(modelUrl: string | null, over?: { tables?: readonly CatalogTable[] }): Assistant;
  asker(): Asker;
  /** What was written to the audit log, and what passed the guard, since the last `clear`. */
  readonly events: AuditEvent[];
  readonly ran: { source: string; run: string }[];
  clear(): void;
};

export const words = (text: string) => askerWordsSchema.parse(text);

export async function startTestRoom(): Promise<TestRoom> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-assistant-'));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  await loadClusterSecret(folder);
  const { database } = starting.use(await startTestDatabase([...testVaultMigrations, ...migrations]));
  // A second passes between any two looks at it, so that what came later is newer.
  let nowMs = Date.UTC(2026, 2, 1, 12);
  const clock = { now: () => new Date((nowMs += 1000)) };
  const { vault } = makeTestVault({ database, folder, clock });
  const guard = starting.adopt(createGuard(), (open) => open.close());
  const events: AuditEvent[] = [];
  const ran: { source: string; run: string }[] = [];
  const audit: AuditWriter = {
    append: async (_context, event) => {
      events.push(event);
      return { entryId: `entry-${events.length}`, at: '2026-01-01T00:00:00Z' };
    },
  };
  const stack = starting.move();
  return {
    events,
    ran,
    clear: () => [events, ran].forEach((list) => list.splice(0)),
    asker: () => ({
      workspaceId: randomUUID(),
      personId: randomUUID(),
      email: 'ada@example.org',
      name: 'Ada',
      role: 'viewer',
      teams: [],
      sessionId: 's',
      tokenId: null,
      own: true,
      address: null,
      requestId: 'r',
    }),
    assistant(modelUrl, { tables = AVIATION } = {}) {
      const endpoint = modelUrl === null ? null : { url: modelUrl, model: 'small', key: null };
      const egress = stack.adopt(
        createEgress({ endpoint, audit, clock, database: nothingSet, scan: nothingPlanted }),
        (open) => open.close(),
      );
      const schema = schemaOf(tables);
      const check = (sql: string, held: Parameters<typeof guard.check>[0]['held'] = null) =>
        guard.check({ sql, held, dialect: 'postgres', schema, rowsMax: 10 });
      return createAssistant({
        catalog: { tablesBySource: async () => [tables] },
        query: {
          leases: { require: async () => {} },
          isUnique: async () => true,
          async *run(_asker, { source, sql, held }) {
            try {
              const { checked, rules } = await check(sql, held);
              ran.push({ source, run: checked.text });
              yield event({ type: 'planned', source, asked: sql, run: checked.text, rules });
              yield event({ type: 'completed', outcome: 'empty', ...NOTHING, receipt: 'released' });
            } catch (error) {
              if (!(error instanceof ProblemError)) throw error;
              const outcome = error.code === 'query/denied' ? 'denied' : null;
              const problem = problemDocument(error, 'r');
              yield event({
                type: 'stopped',
                step: 'guard',
                outcome,
                problem,
                understanding: null,
                receipt: 'refused',
              });
            }
          },
          mayRun: (_asker, { sql, held }) =>
            check(sql, held).then(
              () => true,
              (error) => error instanceof ProblemError && error.code === 'query/held_value_unfit',
            ),
          lookup: async (_asker, { table, words: looked }) =>
            table === 'airports' && looked.toLowerCase() === 'chicago' ? [{ column: 'city', value: 'Chicago' }] : [],
        },
        egress,
        sealer: vault,
        database,
        audit,
        prove: async () => Promise.reject(new Error('no log')),
        clock,
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const NOTHING = { rowCount: 0, complete: true, limit: null, elapsedMs: 1 } as const;

function event(value: AnswerEvent): Frame {
  return { kind: 'event', event: value };
}

function schemaOf(tables: readonly CatalogTable[]): SourceSchema {
  return {
    tables: tables.map(({ schema, name, comment, primaryKey, foreignKeys, columns }) => ({
      schema,
      name,
      kind: 'table',
      comment,
      primaryKey,
      uniqueKeys: [],
      foreignKeys,
      columns: columns.map((column) => ({
        name: column.name,
        type: column.type,
        kind: column.kind,
        nullable: column.nullable,
        comment: column.comment,
      })),
    })),
  };
}

export async function eventsOf(frames: AsyncGenerator<Frame>): Promise<AnswerEvent[]> {
  const seen: AnswerEvent[] = [];
  for await (const frame of frames) if (frame.kind === 'event') seen.push(frame.event);
  return seen;
}

/** The events of asking that; `follows`: an earlier question. */
export function ask(room: Assistant, asker: Asker, question: string, follows?: string): Promise<AnswerEvent[]> {
  return eventsOf(room.ask(asker, { question: words(question), follows, signal: new AbortController().signal }));
}

export async function lastQuestion(room: Assistant, asker: Asker) {
  const [question] = await room.history.list(asker, { before: null, limit: 1 });
  if (question === undefined) throw new Error('nothing was asked');
  return question;
}
