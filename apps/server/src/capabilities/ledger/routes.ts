import { Readable } from 'node:stream';
import {
  entryProofSchema,
  ledgerEntrySchema,
  ledgerFilterSchema,
  ledgerListInputSchema,
  ledgerPageSchema,
  ProblemError,
} from '@strongroom/protocol';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Asker, auditContext, type Call, type Verb, verb } from '#contracts';
import type { Ledger } from './index.ts';

const EXPORT_MEDIA_TYPE = 'application/x-ndjson';

export function ledgerRoutes(ledger: Ledger): Verb[] {
  return [
    verb({
      name: 'ledger.export',
      method: 'GET',
      path: '/ledger/export',
      summary: 'All of the audit log with what is needed to verify it without this server',
      permission: 'ledger.read',
      audit: null,
      auditsItself: true,
      input: z.object({}),
      output: null,
      answers: { schema: z.string(), mediaTypes: [EXPORT_MEDIA_TYPE] },
      handle: async (call) => {
        await recordExport(ledger, call.asker);
        return send(call, EXPORT_MEDIA_TYPE, ledger.export(call.asker.workspaceId));
      },
    }),
    verb({
      name: 'ledger.export-plain',
      method: 'GET',
      path: '/ledger/export-plain',
      summary: 'Audit entries as lines of JSON, oldest first; all of them, or those that a filter finds',
      permission: 'ledger.read',
      audit: null,
      auditsItself: true,
      input: z.object({ query: ledgerFilterSchema }),
      output: null,
      answers: { schema: ledgerEntrySchema, mediaTypes: [EXPORT_MEDIA_TYPE] },
      handle: async (call) => {
        await recordExport(ledger, call.asker);
        return send(call, EXPORT_MEDIA_TYPE, ledger.exportPlain(call.asker.workspaceId, call.input.query));
      },
    }),
    verb({
      name: 'ledger.prove',
      method: 'GET',
      path: '/ledger/{id}/proof',
      summary: 'That one entry is in the log: its fields, their salts, and the way to a signed checkpoint',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ params: z.object({ id: z.uuid() }) }),
      output: entryProofSchema,
      handle: ({ asker, input }) => ledger.prove(asker.workspaceId, input.params.id),
    }),
    verb({
      name: 'ledger.list',
      method: 'GET',
      path: '/ledger',
      summary: 'Audit entries, newest first',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ query: ledgerListInputSchema }),
      output: ledgerPageSchema,
      handle: ({ asker, input }) => ledger.list(asker.workspaceId, input.query),
    }),
    verb({
      name: 'ledger.get',
      method: 'GET',
      path: '/ledger/{id}',
      summary: 'One audit entry, by the id that its receipt names',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ params: z.object({ id: z.uuid() }) }),
      output: ledgerEntrySchema,
      handle: ({ asker, input }) => ledger.get(asker.workspaceId, input.params.id),
    }),
  ];
}

/**
 * Sends chunks no faster than the client reads. When the asker's access ends, or the server stops, the connection is cut
 * off there and then, also one that nobody reads: the answer must not look complete, and nothing more leaves.
 */
function send({ reply, signal }: Call<unknown>, mediaType: string, chunks: AsyncGenerator<string>): FastifyReply {
  const body = Readable.from(chunks, { objectMode: false });
  // Who has left needs no reason.
  const cut = (): unknown => body.destroy(reply.raw.destroyed ? undefined : reasonOf(signal));
  signal.addEventListener('abort', cut);
  if (signal.aborted) {
    body.destroy();
    throw reasonOf(signal);
  }
  return reply.header('cache-control', 'no-store').type(mediaType).send(body);
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}

/** The one act that happens unaudited: a log that was changed from outside takes no entry, and is then needed most. */
async function recordExport(ledger: Ledger, asker: Asker): Promise<void> {
  const decision = { allowed: true, reason: 'permission ledger.read' };
  const event = { action: 'ledger.exported', resource: null, decision, outcome: 'done' } as const;
  await ledger.append(auditContext(asker), event).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.code === 'ledger/integrity_lost')) throw error;
  });
}
