import { performance } from 'node:perf_hooks';
import { type Dispatcher, Pool } from 'undici';
import { type Asker, auditContext, type AuditReceipt, type AuditWriter, type OutboundScan } from '#contracts';
import type { EgressSettings } from '@strongroom/protocol';
import type { Clock } from '#platform/clock';
import { createShortMemory } from '#platform/memory';
import { createCallEntries } from './call-entries.ts';
import { type RelayTimes, type Waiting, type Waits, watchWaits } from './watch-waits.ts';
import { checkEndpoint, type Endpoint, refuseUnwanted } from './endpoint.ts';
import { noEndpoint } from './errors.ts';

/** What of an OpenAI-compatible endpoint may be called; each is a POST below its base. */
export type RelayPath = 'chat/completions' | 'embeddings' | 'responses';

export type RelayCall = {
  readonly path: RelayPath;
  /** On the list of the key: it goes into the audit log. */
  readonly model: string;
  /** A caller's own bytes: JSON. */
  readonly body: Buffer;
  readonly streamed: boolean;
  readonly signal: AbortSignal;
};

/** Where a reply goes, as it arrives. Nothing is called after `send` has resolved. */
export type RelaySink = {
  /** Once, before any data. `sizeBytes`: of a whole reply, where the upstream says it. */
  begin(reply: { readonly kind: 'json' | 'events'; readonly sizeBytes: number | null }): void;
  /** False when no more can be taken before `resume` is called. */
  data(chunk: Buffer, resume: () => void): boolean;
};

/** How a call ended. Nothing in it is of the upstream's words. `status`: of its answer, 0 without one. */
export type RelayEnd =
  | { readonly kind: 'done'; readonly status: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'redirect'; readonly status: number }
  | { readonly kind: 'bad-reply'; readonly status: number; readonly why: string }
  | { readonly kind: 'too-large'; readonly status: number; readonly bytesMax: number }
  | { readonly kind: 'late'; readonly status: number; readonly which: keyof RelayTimes; readonly limitMs: number }
  | { readonly kind: 'aborted'; readonly status: number }
  | { readonly kind: 'unavailable'; readonly status: number; readonly why: string };

export type RelayLimits = RelayTimes & { readonly jsonBytesMax: number; readonly eventBytesMax: number };

export const RELAY_LIMITS: RelayLimits = {
  beginMs: 300_000,
  idleMs: 120_000,
  unreadMs: 60_000,
  totalMs: 30 * 60_000,
  jsonBytesMax: 128 * 1024 ** 2,
  eventBytesMax: 512 * 1024 ** 2,
};

/** A call that stands in the audit log and may now be sent. */
export type Relayed = {
  readonly receipt: AuditReceipt;
  /** Sends. Resolves with how it ended, whatever happens. */
  send(sink: RelaySink): Promise<RelayEnd>;
};

export type Relay = {
  /** Host of the upstream; null when none is configured. */
  readonly upstream: string | null;
  /** What a key may use for which nobody said anything else. */
  readonly model: string | null;
  /**
   * Appends `gateway.relayed` (call-entries.ts), durable, and only then gives the power to send these bytes.
   * Throws `egress/no_endpoint` (500) where no model is wanted, `egress/region_refused` (403) for an upstream outside the region that the
   * workspace is pinned to, `canaries/blocked` (403) for what holds a planted token, `ledger/unavailable` (503), and sends nothing then.
   */
  open(asker: Asker, call: RelayCall): Promise<Relayed>;
  close(): Promise<void>;
};

type Wanted = Pick<EgressSettings, 'useModel' | 'region'>;

/** Settings are asked for again after that. */
const SETTINGS_MS = 1_000;

/**
 * The other door to a model, for a caller's own bytes. INVARIANT: `gateway` alone may import this file (the build refuses others),
 * so that what the assistant says goes through `disclose`.
 */
export function createRelay({
  endpoint: configured,
  settings,
  scan,
  audit,
  clock,
  limits = RELAY_LIMITS,
}: {
  readonly endpoint: Endpoint | null;
  /** Of a workspace: whether it wants a model, and in which region. A change is heeded within a second. */
  readonly settings: { get(workspaceId: string): Promise<Wanted> };
  readonly scan: OutboundScan;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly limits?: RelayLimits;
}): Relay {
  const endpoint = configured === null ? null : openEndpoint(configured);
  const wanted = createShortMemory<Wanted>({ keptMs: SETTINGS_MS, clock }, () => true);
  const waits = watchWaits();
  const entries = createCallEntries(audit, endpoint?.host ?? '');
  return {
    upstream: endpoint?.host ?? null,
    model: endpoint?.model ?? null,
    async open(asker, call) {
      if (endpoint === null) throw noEndpoint();
      refuseUnwanted(await wanted.get(asker.workspaceId, () => settings.get(asker.workspaceId)), endpoint);
      await scan.pass(auditContext(asker), 'gateway', call.body);
      // INVARIANT: the entry is durable before a byte leaves.
      const receipt = await entries.append(asker, call.model);
      return { receipt, send: (sink) => sendCall({ endpoint, waits }, call, sink, limits) };
    },
    close: async () => {
      waits.close();
      await endpoint?.pool.destroy();
    },
  };
}

type OpenEndpoint = {
  readonly host: string;
  readonly region: string | null;
  readonly model: string;
  readonly basePath: string;
  readonly pool: Pool;
  readonly headers: Readonly<Record<string, string>>;
};

function openEndpoint(configured: Endpoint): OpenEndpoint {
  const { base, model, key, region, lookup } = checkEndpoint(configured);
  return {
    host: base.host,
    region,
    model,
    basePath: base.pathname,
    // As many connections as there are calls, of which the gateway has a bound: what waited here could not be taken back.
    pool: new Pool(base.origin, { connect: { lookup } }),
    headers: {
      'content-type': 'application/json',
      'user-agent': 'strongroom',
      ...(key === null ? {} : { authorization: `Bearer ${key.reveal()}` }),
    },
  };
}

/** INVARIANT: no header of the caller's leaves, no redirect is followed, and of a refusal nothing but its status comes back. */
function sendCall(
  { endpoint, waits }: { readonly endpoint: OpenEndpoint; readonly waits: Waits },
  call: RelayCall,
  sink: RelaySink,
  limits: RelayLimits,
): Promise<RelayEnd> {
  const { promise, resolve } = Promise.withResolvers<RelayEnd>();
  const nowMs = performance.now();
  const waiting: Waiting = {
    what: 'beginMs',
    sinceMs: nowMs,
    startedMs: nowMs,
    limits,
    late: (which) => finish({ kind: 'late', status, which, limitMs: limits[which] }),
  };
  let controller: Dispatcher.DispatchController | null = null;
  let status = 0;
  let sizeBytes = 0;
  let sizeBytesMax = 0;
  let ended = false;

  const finish = (end: RelayEnd): void => {
    if (ended) return;
    ended = true;
    waits.delete(waiting);
    call.signal.removeEventListener('abort', abort);
    if (end.kind !== 'done') controller?.abort(new Error(end.kind));
    resolve(end);
  };
  const abort = (): void => finish({ kind: 'aborted', status });
  const wait = (what: Waiting['what']): void => {
    waiting.what = what;
    waiting.sinceMs = performance.now();
  };
  const resume = (): void => {
    if (ended) return;
    wait('idleMs');
    controller?.resume();
  };

  if (call.signal.aborted) return Promise.resolve({ kind: 'aborted', status });
  call.signal.addEventListener('abort', abort, { once: true });
  waits.add(waiting);
  endpoint.pool.dispatch(
    {
      method: 'POST',
      path: `${endpoint.basePath}${call.path}`,
      headers: { ...endpoint.headers, accept: call.streamed ? 'text/event-stream' : 'application/json' },
      body: call.body,
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        controller = started;
        if (ended) started.abort(new Error('aborted'));
      },
      onResponseStart(_controller, statusCode, headers) {
        if (ended || statusCode < 200) return;
        status = statusCode;
        const reply = readHead(call, statusCode, headers, limits);
        if ('refusal' in reply) return finish(reply.refusal);
        ({ sizeBytesMax } = reply);
        wait('idleMs');
        sink.begin(reply);
      },
      onResponseData(_controller, chunk) {
        if (ended) return;
        sizeBytes += chunk.length;
        if (sizeBytes > sizeBytesMax) return finish({ kind: 'too-large', status, bytesMax: sizeBytesMax });
        if (sink.data(chunk, resume)) return void (waiting.sinceMs = performance.now());
        wait('unreadMs');
        controller?.pause();
      },
      onResponseEnd: () => finish({ kind: 'done', status }),
      onResponseError: (_controller, error) =>
        finish({ kind: 'unavailable', status, why: 'code' in error ? String(error.code) : 'unknown' }),
    },
  );
  return promise;
}

type Head =
  | { readonly refusal: RelayEnd }
  | { readonly kind: 'json' | 'events'; readonly sizeBytes: number | null; readonly sizeBytesMax: number };

function readHead(
  { streamed }: RelayCall,
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  { jsonBytesMax, eventBytesMax }: RelayLimits,
): Head {
  if (status >= 300 && status < 400) return { refusal: { kind: 'redirect', status } };
  if (status >= 400)
    return { refusal: { kind: 'status', status, retryAfterSeconds: readSeconds(headers['retry-after']) } };
  const refuse = (why: string): Head => ({ refusal: { kind: 'bad-reply', status, why } });
  if (status !== 200) return refuse(`status ${status}`);
  // Nobody asked for any, and what is compressed can't be counted.
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return refuse('encoded');
  const mediaType = String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  const length = headers['content-length'];
  const sizeBytes = typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : null;
  if (mediaType === 'text/event-stream')
    return streamed ? { kind: 'events', sizeBytes: null, sizeBytesMax: eventBytesMax } : refuse('a stream');
  if (mediaType !== 'application/json') return refuse('not JSON');
  if (sizeBytes !== null && sizeBytes > jsonBytesMax)
    return { refusal: { kind: 'too-large', status, bytesMax: jsonBytesMax } };
  return { kind: 'json', sizeBytes, sizeBytesMax: jsonBytesMax };
}

/** Seconds only, and not more than a day; a date or anything else is nothing. */
function readSeconds(value: string | string[] | undefined): number | null {
  return typeof value === 'string' && /^\d{1,5}$/.test(value) ? Math.min(Number(value), 86_400) : null;
}
