import { Readable } from 'node:stream';
import {
  entryProofSchema,
  ledgerEntrySchema,
  ledgerListInputSchema,
  ledgerPageSchema,
  ledgerStatusSchema,
  ProblemError,
} from '@strongroom/protocol';
import { z } from 'zod';
import { type Asker, auditContext, type Verb, verb } from '#contracts';
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
      handle: async ({ asker, reply }) => {
        await recordExport(ledger, asker);
        return reply
          .header('cache-control', 'no-store')
          .type(EXPORT_MEDIA_TYPE)
          .send(Readable.from(ledger.export(asker.workspaceId), { objectMode: false }));
      },
    }),
    verb({
      name: 'ledger.status',
      method: 'GET',
      path: '/ledger/status',
      summary: 'How far the log is signed and witnessed, and whether it stands',
      permission: 'ledger.read',
      audit: null,
      input: z.object({}),
      output: ledgerStatusSchema,
      handle: ({ asker }) => ledger.status(asker.workspaceId),
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

/** The one act that happens unaudited: a log that was changed from outside takes no entry, and is then needed most. */
async function recordExport(ledger: Ledger, asker: Asker): Promise<void> {
  const decision = { allowed: true, reason: 'permission ledger.read' };
  const event = { action: 'ledger.exported', resource: null, decision, outcome: 'done' } as const;
  await ledger.append(auditContext(asker), event).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.code === 'ledger/integrity_lost')) throw error;
  });
}
