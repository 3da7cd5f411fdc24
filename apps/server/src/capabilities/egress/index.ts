import { createHash, randomBytes } from 'node:crypto';
import type { DisclosureView } from '@strongroom/protocol';
import { type Asker, auditContext, type AuditReceipt, type AuditWriter, type OutboundScan } from '#contracts';
import { chatBody } from './chat-body.ts';
import { Disclosure } from './disclosure/build-disclosure.ts';
import { checkEndpoint, type Endpoint } from './endpoint.ts';
import { noEndpoint, notADisclosure } from './errors.ts';
import { type HostileText, send, type SendLimits } from './send.ts';

export { buildDisclosure, Disclosure } from './disclosure/build-disclosure.ts';
export { chooseTables } from './choose-tables.ts';
export type { HostileText };

export { egressRoutes } from './routes.ts';

const BUILT_IN = 'built-in translator';
const LIMITS: SendLimits = { timeoutMs: 30_000, replyBytesMax: 1024 * 1024 };

/** A disclosure that is in the audit log and may now be sent. */
export type Disclosed = {
  readonly view: DisclosureView;
  /** The `egress.disclosed` entry; it holds the salted SHA-256 of `view.sent`. */
  readonly receipt: AuditReceipt;
  /** 32 bytes, hex; with `view.sent` it proves the entry. To be kept as sealed as the question. */
  readonly salt: string;
  /** Sends. Throws `egress/unavailable` 502, `egress/timeout` 504, `egress/bad_reply` 502, `egress/cancelled` 499. */
  reply(): Promise<HostileText>;
};

export type Egress = {
  /** Name of the model, or null when none is configured and the built-in translator answers. */
  readonly model: string | null;
  /** What the built-in translator is told: nothing leaves this process. */
  keep(disclosure: Disclosure): DisclosureView;
  /**
   * Appends `egress.disclosed`, durable, and only then gives the power to send these bytes.
   * Throws `canaries/blocked` (403) for what holds a planted token, `ledger/unavailable` (503) and sends nothing when the entry can't be written.
   */
  disclose(asker: Asker, disclosure: Disclosure, signal: AbortSignal): Promise<Disclosed>;
  close(): Promise<void>;
};

/** The only door to a model. Throws `egress/bad_endpoint` when the endpoint must not be used. */
export function createEgress(deps: {
  readonly endpoint: Endpoint | null;
  readonly scan: OutboundScan;
  readonly audit: AuditWriter;
  readonly limits?: Partial<SendLimits>;
}): Egress {
  const endpoint = deps.endpoint === null ? null : checkEndpoint(deps.endpoint);
  const limits = { ...LIMITS, ...deps.limits };
  return {
    model: endpoint?.model ?? null,
    keep: (disclosure) => view(disclosure, BUILT_IN, null),
    async disclose(asker, disclosure, signal) {
      if (endpoint === null) throw noEndpoint();
      // INVARIANT: what leaves is a Disclosure; a cast does not help.
      if (!Disclosure.isOne(disclosure)) throw notADisclosure();
      const body = chatBody(endpoint.model, disclosure);
      await deps.scan.pass(auditContext(asker), 'model', body);
      const salt = randomBytes(32);
      const digest = createHash('sha256').update(salt).update(body).digest('hex');
      const shown = view(disclosure, endpoint.model, body);
      // INVARIANT: the entry is durable before a byte leaves.
      const receipt = await deps.audit.append(auditContext(asker), {
        action: 'egress.disclosed',
        resource: `${endpoint.model} sha256:${digest}`,
        decision: { allowed: true, reason: 'metadata and the question' },
        outcome: 'done',
        counts: { bytes: shown.sentBytes, tables: disclosure.tables, columns: disclosure.columns },
      });
      return { view: shown, receipt, salt: salt.toString('hex'), reply: () => send(endpoint, body, limits, signal) };
    },
    close: async () => endpoint?.dispatcher.destroy(),
  };
}

function view(disclosure: Disclosure, recipient: string, sent: string | null): DisclosureView {
  return {
    parts: disclosure.parts.map(({ kind, text }) => ({ kind, text })),
    sentBytes: sent === null ? 0 : Buffer.byteLength(sent),
    tables: disclosure.tables,
    columns: disclosure.columns,
    recipient,
    sent,
  };
}
