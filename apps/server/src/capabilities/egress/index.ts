import { randomBytes } from 'node:crypto';
import { digestOfAnswer, digestOfSent } from '@strongroom/merkle-log';
import type { DisclosureView } from '@strongroom/protocol';
import { type Asker, auditContext, type AuditReceipt, type AuditWriter, type OutboundScan } from '#contracts';
import { chatBody } from './chat-body.ts';
import { Disclosure } from './disclosure/build-disclosure.ts';
import { checkEndpoint, type Endpoint } from './endpoint.ts';
import { noEndpoint, notADisclosure } from './errors.ts';
import { type HostileText, readReply, send, type SendLimits } from './send.ts';

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
  /** What was sent and what comes back, byte for byte. To be kept as sealed as the question. */
  readonly exchange: Exchange;
  /** Sends; `egress.answered` is durable before anybody reads the reply. Throws `egress/unavailable` 502, `egress/timeout` 504, `egress/bad_reply` 502, `egress/cancelled` 499. */
  reply(): Promise<HostileText>;
};

/** One request to a model. `salt` and the bytes in base64; with them the two entries can be proved. */
export type Exchange = {
  /** 32 bytes, for this request alone. */
  readonly salt: string;
  readonly sent: string;
  /** Id of the entry `egress.disclosed`. */
  readonly disclosed: string;
  /** null as long as nothing has come back. */
  answer: { readonly received: string; /** Id of the entry `egress.answered`. */ readonly answered: string } | null;
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
      const sent = Buffer.from(body);
      const shown = view(disclosure, endpoint.model, body);
      const recipient = `${endpoint.model} at ${endpoint.address.origin}`;
      // INVARIANT: the entry is durable before a byte leaves.
      const receipt = await deps.audit.append(auditContext(asker), {
        action: 'egress.disclosed',
        resource: `${recipient} ${digestOfSent(salt, sent)}`,
        decision: { allowed: true, reason: 'metadata and the question' },
        outcome: 'done',
        counts: { bytes: shown.sentBytes, tables: disclosure.tables, columns: disclosure.columns },
      });
      const exchange: Exchange = {
        salt: salt.toString('base64'),
        sent: sent.toString('base64'),
        disclosed: receipt.entryId,
        answer: null,
      };
      const reply = async (): Promise<HostileText> => {
        const received = await send(endpoint, body, limits, signal);
        const answered = await deps.audit.append(auditContext(asker), {
          action: 'egress.answered',
          resource: `${recipient} ${digestOfAnswer(salt, sent, received)}`,
          decision: { allowed: true, reason: 'a reply to what was sent' },
          outcome: 'done',
          counts: { bytes: received.length },
        });
        exchange.answer = { received: received.toString('base64'), answered: answered.entryId };
        return readReply(received);
      };
      return { view: shown, receipt, exchange, reply };
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
