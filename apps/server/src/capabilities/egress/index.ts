import { randomBytes } from 'node:crypto';
import { Agent } from 'undici';
import { digestOfAnswer, digestOfSent } from '@strongroom/merkle-log';
import {
  type DisclosureView,
  type EgressSettings,
  type EgressSettingsChange,
  ProblemError,
} from '@strongroom/protocol';
import { type Asker, auditContext, type AuditWriter, type DataHolder, type OutboundScan } from '#contracts';
import type { Clock } from '#platform/clock';
import type { Database } from '#platform/database';
import { chatBody } from './chat-body.ts';
import { countTokens } from './count-tokens.ts';
import { egressHolder } from './data-holder.ts';
import { Disclosure } from './disclosure/build-disclosure.ts';
import { checkEndpoint, type Endpoint, refuseUnwanted } from './endpoint.ts';
import { noEndpoint, notADisclosure } from './errors.ts';
import { createKeepTrying } from './keep-trying.ts';
import { changeSettings, readSettings } from './settings-store.ts';
import { type HostileText, readReply, type Received, type Reply } from './read-reply.ts';
import { send, type SendLimits } from './send.ts';
import { createTokenBudget } from './token-budget.ts';
import { deleteUsageOf } from './usage-store.ts';

export { buildDisclosure, Disclosure } from './disclosure/build-disclosure.ts';
export type { Earlier } from './disclosure/earlier-part.ts';
export { isMendable, type StatementRefusal } from './disclosure/error-part.ts';
export type { ModelStatement } from './disclosure/model-statement.ts';
export { holdBack, type Holder, withoutValues } from './hold-back.ts';
export { chooseTables, type SourceTables, tablesSpokenOf } from './choose-tables/choose-tables.ts';
export type { HostileText };

export { egressRoutes } from './routes.ts';
export { holdings } from './holdings.ts';
export { migrations } from './migrations.ts';

const BUILT_IN = 'built-in translator';
const LIMITS: SendLimits = { silenceMs: 30_000, timeoutMs: 120_000, replyBytesMax: 1024 * 1024 };

/** How a request ended that an endpoint had got. */
const PAID_ALL_THE_SAME: readonly string[] = ['egress/cancelled', 'egress/timeout'];

/** A disclosure that is in the audit log and may now be sent. */
export type Disclosed = {
  readonly view: DisclosureView;
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
  /** Name of the model, or null when none is configured, or wanted in the workspace, and the built-in translator answers. */
  modelFor(workspaceId: string): Promise<string | null>;
  readonly settings: {
    get(workspaceId: string): Promise<EgressSettings>;
    /** What is absent stays. */
    set(workspaceId: string, change: EgressSettingsChange): Promise<EgressSettings>;
  };
  /** What the built-in translator is told: nothing leaves this process. */
  keep(disclosure: Disclosure): DisclosureView;
  /**
   * Appends `egress.disclosed`, durable, and only then gives the power to send these bytes.
   * Throws `egress/region_refused` (403) for an endpoint outside the region that the workspace is pinned to, `egress/budget_spent` (429), `canaries/blocked` (403) for what holds a planted token, `ledger/unavailable` (503) and sends nothing when the entry can't be written.
   */
  disclose(asker: Asker, disclosure: Disclosure, signal: AbortSignal): Promise<Disclosed>;
  readonly holder: DataHolder;
  /** For who is removed from the workspace. */
  forgetPerson(workspaceId: string, personId: string): Promise<void>;
  close(): Promise<void>;
};

/** The door to a model for the assistant; relay.ts is the other one. Throws `egress/bad_endpoint` when the endpoint must not be used. */
export function createEgress(deps: {
  readonly endpoint: Endpoint | null;
  readonly database: Database;
  readonly scan: OutboundScan;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly limits?: Partial<SendLimits>;
}): Egress {
  const endpoint = deps.endpoint === null ? null : openEndpoint(deps.endpoint);
  const limits = { ...LIMITS, ...deps.limits };
  const settings: Egress['settings'] = {
    get: (workspaceId) => readSettings(deps.database, workspaceId),
    set: (workspaceId, change) =>
      deps.database.withWorkspace(workspaceId, (within) => changeSettings(within, workspaceId, change)),
  };
  const budget = createTokenBudget(deps);
  const forgetPerson = (workspaceId: string, personId: string): Promise<void> =>
    deps.database.withWorkspace(workspaceId, (within) => deleteUsageOf(within, personId));
  return {
    modelFor: async (workspaceId) =>
      endpoint !== null && (await settings.get(workspaceId)).useModel ? endpoint.model : null,
    settings,
    keep: (disclosure) => view(disclosure, BUILT_IN, null),
    async disclose(asker, disclosure, signal) {
      if (endpoint === null) throw noEndpoint();
      // INVARIANT: what leaves is a Disclosure; a cast does not help.
      if (!Disclosure.isOne(disclosure)) throw notADisclosure();
      const wanted = await settings.get(asker.workspaceId);
      refuseUnwanted(wanted, endpoint);
      await budget.refuseSpent(asker, wanted);
      const body = chatBody(endpoint.model, disclosure);
      await deps.scan.pass(auditContext(asker), 'model', body);
      const salt = randomBytes(32);
      const sent = Buffer.from(body);
      const shown = view(disclosure, endpoint.model, body);
      const recipient = `${endpoint.model} at ${endpoint.base.origin}${endpoint.region === null ? '' : ` in ${endpoint.region}`}`;
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
        const received = await send(endpoint, body, limits, signal).catch(async (error: unknown) => {
          // What left is worked on, and paid for, also when nobody waits for the reply.
          if (error instanceof ProblemError && PAID_ALL_THE_SAME.includes(error.code))
            await budget.add(asker, countTokens(body));
          throw error;
        });
        const { bytes } = received;
        const read = readOrRefuse(received);
        const tokens = 'text' in read ? read.tokens : null;
        const [answered] = await Promise.all([
          deps.audit.append(auditContext(asker), {
            action: 'egress.answered',
            resource: `${recipient} ${digestOfAnswer(salt, sent, bytes)}`,
            decision: { allowed: true, reason: 'a reply to what was sent' },
            outcome: 'done',
            counts: { bytes: bytes.length, ...(tokens === null ? {} : { tokens }) },
          }),
          budget.add(asker, tokens ?? countTokens(body) + countTokens('text' in read ? read.text : bytes.toString())),
        ]);
        exchange.answer = { received: bytes.toString('base64'), answered: answered.entryId };
        if ('refusal' in read) throw read.refusal;
        return read.text;
      };
      return { view: shown, exchange, reply };
    },
    holder: egressHolder({ database: deps.database, forgetPerson }),
    forgetPerson,
    close: async () => endpoint?.dispatcher.destroy(),
  };
}

function openEndpoint(configured: Endpoint) {
  const checked = checkEndpoint(configured);
  return {
    ...checked,
    address: new URL('chat/completions', checked.base),
    dispatcher: new Agent({ connect: { lookup: checked.lookup }, pipelining: 0, connections: 8 }),
    keepTrying: createKeepTrying(),
  };
}

/** A reply that is none has been paid for, and is in the audit log all the same. */
function readOrRefuse(received: Received): Reply | { readonly refusal: unknown } {
  try {
    return readReply(received);
  } catch (refusal) {
    return { refusal };
  }
}

function view(disclosure: Disclosure, recipient: string, sent: string | null): DisclosureView {
  return {
    parts: disclosure.parts.map(({ kind, text }) => ({ kind, text })),
    sentBytes: sent === null ? 0 : Buffer.byteLength(sent),
    tables: disclosure.tables,
    columns: disclosure.columns,
    recipient,
    sent,
    ...(disclosure.heldBack === null ? {} : { heldBack: [...disclosure.heldBack] }),
  };
}
