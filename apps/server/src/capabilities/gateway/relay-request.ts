import type { Asker, AuditWriter, Call } from '#contracts';
import { auditContext } from '#contracts';
import type { Relay, RelayPath } from '#egress/relay';
import { ProblemError } from '@strongroom/protocol';
import { openKey } from './admit.ts';
import { type CheckedRequest, checkRequest } from './check-request.ts';
import { badJson, internal, noUpstream, unknownModel } from './errors.ts';
import type { CallKeeper } from './keep-call.ts';
import type { Key, Keys } from './keys.ts';
import { endProblem } from './end-problem.ts';
import { createReply } from './send-reply.ts';
import type { UsageCounter } from './usage.ts';

export type RelayDeps = {
  readonly relay: Relay;
  readonly audit: AuditWriter;
  readonly keys: Keys;
  readonly usage: UsageCounter;
  readonly keeper: CallKeeper;
  readonly nowMs: () => number;
  /** For what nobody waits for; until it is settled the audit log must not be closed. */
  readonly afterwards: (work: Promise<unknown>) => void;
};

/**
 * The one way of a caller's bytes to the upstream, once the key is admitted: the request → model and budget → audit → relay → audit.
 * INVARIANT (promise F1): of prompt and completion nothing is kept, but for a key whose holder turned keeping on: what is written
 * of a call is its time, key, allow-listed model, upstream, class of status, token counts and duration.
 */
export async function relayRequest(deps: RelayDeps, call: Call<unknown>, path: RelayPath): Promise<unknown> {
  const startedMs = deps.nowMs();
  const asker = call.asker as Asker;
  const { key, request, relayed } = await audited(deps, call, () => permit(deps, call, asker, path));
  const { reply } = call;
  reply.header('strongroom-receipt', relayed.receipt.entryId);
  const sending = createReply(reply, request, key.keepDays !== null);
  const end = await relayed.send(sending.sink);
  const problem = endProblem(end, call.signal);
  if (problem === null) sending.finish();
  else if (sending.begun()) sending.fail(problem);
  // What left is worked on, and paid for, also when its caller did not wait for the reply, or we did not.
  const isPaid = end.status === 200 || end.kind === 'aborted' || end.kind === 'late';
  const { input, output, guessed } = isPaid ? sending.counts(request.body.length) : NOTHING;
  const durationMs = Math.max(0, Math.round(deps.nowMs() - startedMs));
  const reason = problem?.code ?? null;
  const statusClass = Math.floor(end.status / 100);
  deps.usage.add(asker, key, { model: request.model, input, output, guessed, durationMs, statusClass, reason });
  if (key.keepDays !== null && end.status === 200) {
    const bytes = { request: call.request.body as Buffer, reply: sending.kept() };
    deps.afterwards(deps.keeper.keep(asker, key, { path, model: request.model, ...bytes }));
  }
  if (problem !== null && !sending.begun()) throw problem;
  return reply;
}

const NOTHING = { input: 0, output: 0, guessed: false };

type Permitted = {
  readonly key: Key;
  readonly request: CheckedRequest;
  readonly relayed: Awaited<ReturnType<Relay['open']>>;
};

async function permit(deps: RelayDeps, call: Call<unknown>, asker: Asker, path: RelayPath): Promise<Permitted> {
  const { relay, usage } = deps;
  const key = await openKey(deps, call);
  const { body } = call.request;
  if (!(body instanceof Buffer)) throw badJson();
  const request = checkRequest(path, body);
  if (!key.models.has(request.model)) throw unknownModel();
  if (relay.upstream === null) throw noUpstream();
  usage.refuseSpent(key);
  call.signal.throwIfAborted();
  const { model, streamed } = request;
  return {
    key,
    request,
    relayed: await relay.open(asker, { path, model, streamed, body: request.body, signal: call.signal }),
  };
}

/** What `work` throws leaves its entry, with nothing of the request in it. */
export async function audited<T>(
  { audit }: Pick<RelayDeps, 'audit'>,
  { asker }: Call<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const problem =
      error instanceof ProblemError ? asOurs(error) : internal(error instanceof Error ? error.name : 'unknown');
    // Of those who left there is nothing to tell.
    if (asker !== null && problem.code !== 'http/client_left')
      await audit.append(auditContext(asker), {
        action: 'gateway.refused',
        resource: null,
        decision: { allowed: false, reason: problem.code },
        outcome: problem.status < 500 ? 'refused' : 'failed',
      });
    throw problem;
  }
}

/** A workspace that wants no model has no upstream. */
function asOurs(problem: ProblemError): ProblemError {
  return problem.code === 'egress/no_endpoint' ? noUpstream() : problem;
}
