import { type Asker, type AuditContext, auditContext, type AuditWriter } from '#contracts';

/** How a call ended. `statusClass`: 2 for 200, 0 without an answer. `reason`: code of what went wrong; null for nothing. */
export type CallEnd = {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** Whether the tokens are our guess. */
  readonly guessed: boolean;
  readonly durationMs: number;
  readonly statusClass: number;
  readonly reason: string | null;
};

type Group = {
  context: AuditContext;
  readonly end: CallEnd;
  calls: number;
  input: number;
  output: number;
  durationMs: number;
};

/**
 * How calls ended, for the audit log: each call has its own entry before it leaves, and how those of a key ended that ended alike
 * within a second is one entry, so that a call waits for one commit and not for that of the call before it.
 */
export function createCompletedCalls(audit: AuditWriter, upstream: () => string | null) {
  let groups = new Map<string, Group>();
  return {
    add(asker: Asker, end: CallEnd): void {
      const { model, statusClass, reason, guessed, input, output, durationMs } = end;
      const name = [asker.workspaceId, asker.tokenId, model, statusClass, reason, guessed].join(' ');
      const group = groups.get(name);
      if (group === undefined) {
        groups.set(name, { context: auditContext(asker), end, calls: 1, input, output, durationMs });
        return;
      }
      group.calls += 1;
      group.input += input;
      group.output += output;
      group.durationMs += durationMs;
      // Of one call alone it says which; of many there is no one request.
      group.context = { ...group.context, requestId: null };
    },
    async write(): Promise<void> {
      const ended = [...groups.values()];
      groups = new Map();
      await Promise.all(
        ended.map(({ context, end, calls, input, output, durationMs }) =>
          audit.append(context, {
            action: 'gateway.completed',
            resource: `${end.model} at ${upstream()}`,
            decision: { allowed: true, reason: end.reason ?? 'permission gateway' },
            outcome: end.reason === null ? 'done' : 'failed',
            counts: {
              calls,
              statusClass: end.statusClass,
              [end.guessed ? 'inputTokensGuessed' : 'inputTokens']: input,
              [end.guessed ? 'outputTokensGuessed' : 'outputTokens']: output,
              durationMs,
            },
          }),
        ),
      );
    },
  };
}
