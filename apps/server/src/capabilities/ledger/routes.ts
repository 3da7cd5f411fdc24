import { Readable } from 'node:stream';
import {
  entryProofSchema,
  ledgerEntrySchema,
  ledgerFilterSchema,
  ledgerListInputSchema,
  ledgerPageSchema,
  ledgerPositionSchema,
  ledgerTailInputSchema,
  ledgerStatusSchema,
  ProblemError,
} from '@strongroom/protocol';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  type Asker,
  auditContext,
  type Call,
  installationId,
  type OutboundScan,
  type Permission,
  type Verb,
  verb,
} from '#contracts';
import { badEventId } from './errors.ts';
import type { Ledger } from './index.ts';

const EXPORT_MEDIA_TYPE = 'application/x-ndjson';
const TAIL_MEDIA_TYPE = 'text/event-stream';
/** A client that is cut off comes back; one that does so without end fills the log with its comings. */
const TAILS_PER_MINUTE_MAX = 60;

/** `scan`: what looks at an export before it leaves. */
export function ledgerRoutes(ledger: Ledger, scan: Pick<OutboundScan, 'stream'>): Verb[] {
  const scanned = ({ asker }: { readonly asker: Asker }, lines: AsyncIterable<string>) =>
    scan.stream(auditContext(asker), 'log export', lines);
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
        return send(call, EXPORT_MEDIA_TYPE, scanned(call, ledger.export(call.asker.workspaceId)));
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
        return send(
          call,
          EXPORT_MEDIA_TYPE,
          scanned(call, ledger.exportPlain(call.asker.workspaceId, call.input.query)),
        );
      },
    }),
    verb({
      name: 'ledger.tail',
      method: 'GET',
      path: '/ledger/tail',
      summary:
        'Audit entries as they come, as Server-Sent Events; `Last-Event-ID`, or `after`, goes on after a position',
      permission: 'ledger.read',
      audit: null,
      auditsItself: true,
      input: z.object({ query: ledgerTailInputSchema }),
      output: null,
      answers: { schema: ledgerEntrySchema, mediaTypes: [TAIL_MEDIA_TYPE] },
      ratePerMinuteMax: TAILS_PER_MINUTE_MAX,
      handle: async (call) => {
        const { after, ...filter } = call.input.query;
        const { signal } = call;
        const from = lastEventId(call) ?? after ?? null;
        const { chunks, finish } = await ledger.tail(call.asker, { after: from, filter, signal });
        return send(call, TAIL_MEDIA_TYPE, chunks, finish);
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
      name: 'ledger.list-installation',
      method: 'GET',
      path: '/installation/ledger',
      summary: 'Entries of the installation’s own audit log: starts, workspaces, the root key; newest first',
      permission: 'workspace.manage',
      audit: null,
      input: z.object({ query: ledgerListInputSchema }),
      output: ledgerPageSchema,
      handle: ({ input }) => ledger.list(installationId, input.query),
    }),
    verb({
      name: 'ledger.status-installation',
      method: 'GET',
      path: '/installation/ledger/status',
      summary: 'How far the installation’s own audit log is signed and witnessed, and whether it stands',
      permission: 'workspace.manage',
      audit: null,
      input: z.object({}),
      output: ledgerStatusSchema,
      handle: () => ledger.status(installationId),
    }),
    verb({
      name: 'ledger.export-installation',
      method: 'GET',
      path: '/installation/ledger/export',
      summary: 'All of the installation’s own audit log with what is needed to verify it without this server',
      permission: 'workspace.manage',
      audit: null,
      auditsItself: true,
      input: z.object({}),
      output: null,
      answers: { schema: z.string(), mediaTypes: [EXPORT_MEDIA_TYPE] },
      handle: async (call) => {
        await recordExport(ledger, call.asker, { resource: 'installation', permission: 'workspace.manage' });
        return send(call, EXPORT_MEDIA_TYPE, scanned(call, ledger.export(installationId)));
      },
    }),
    verb({
      name: 'ledger.prove-installation',
      method: 'GET',
      path: '/installation/ledger/{id}/proof',
      summary: 'That one entry is in the installation’s own audit log',
      permission: 'workspace.manage',
      audit: null,
      input: z.object({ params: z.object({ id: z.uuid() }) }),
      output: entryProofSchema,
      handle: ({ input }) => ledger.prove(installationId, input.params.id),
    }),
    verb({
      name: 'ledger.show',
      method: 'GET',
      path: '/ledger/{id}',
      summary: 'One audit entry, by the id that its receipt names',
      permission: 'ledger.read',
      audit: null,
      input: z.object({ params: z.object({ id: z.uuid() }) }),
      output: ledgerEntrySchema,
      handle: ({ asker, input }) => ledger.show(asker.workspaceId, input.params.id),
    }),
  ];
}

/**
 * Sends chunks no faster than the client reads. When the asker's access ends, or the server stops, the connection is cut
 * off there and then, also one that nobody reads: the answer must not look complete, and nothing more leaves.
 */
function send(
  { reply, signal }: Call<unknown>,
  mediaType: string,
  chunks: AsyncGenerator<string | Uint8Array>,
  closed: () => void = () => {},
): FastifyReply {
  const body = Readable.from(chunks, { objectMode: false }).once('close', closed);
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

/** The header of whoever comes back goes before what the address says, which an `EventSource` repeats as it was. */
function lastEventId({ request }: Call<unknown>): number | null {
  const written = request.headers['last-event-id'];
  if (written === undefined || written === '') return null;
  const parsed = ledgerPositionSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  throw badEventId();
}

/** The one act that happens unaudited: a log that was changed from outside takes no entry, and is then needed most. */
async function recordExport(
  ledger: Ledger,
  asker: Asker,
  { resource, permission }: { resource: string | null; permission: Permission } = {
    resource: null,
    permission: 'ledger.read',
  },
): Promise<void> {
  const decision = { allowed: true, reason: `permission ${permission}` };
  const event = { action: 'ledger.exported', resource, decision, outcome: 'done' } as const;
  await ledger.append(auditContext(asker), event).catch((error: unknown) => {
    if (!(error instanceof ProblemError && error.code === 'ledger/integrity_lost')) throw error;
  });
}
