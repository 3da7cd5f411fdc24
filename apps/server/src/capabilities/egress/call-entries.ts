import { type Asker, type AuditContext, auditContext, type AuditReceipt, type AuditWriter } from '#contracts';

export type CallEntries = {
  /** Resolves with the entry that this call stands in, durable. Throws what `append` throws. */
  append(asker: Asker, model: string): Promise<AuditReceipt>;
};

type Waiting = { calls: number; readonly context: AuditContext; readonly receipt: Promise<AuditReceipt> };

/**
 * Audit entries of calls before they leave. A call whose like (same key, address and model) is just being committed waits for that
 * commit and then shares the next entry with all that came meanwhile; `calls` says how many. One call after another has an entry each.
 * INVARIANT: a call is counted in an entry that is appended after it came, and goes on only when that entry is durable.
 */
export function createCallEntries(audit: AuditWriter, upstream: string): CallEntries {
  const writing = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, Waiting>();

  const write = (name: string, context: AuditContext, model: string, calls: () => number): Promise<AuditReceipt> => {
    const count = calls();
    const receipt = audit.append(count === 1 ? context : { ...context, requestId: null }, {
      action: 'gateway.relayed',
      resource: `${model} at ${upstream}`,
      decision: { allowed: true, reason: 'permission gateway' },
      outcome: 'begun',
      counts: { calls: count },
    });
    const settled = receipt.then(
      () => {},
      () => {},
    );
    writing.set(name, settled);
    void settled.then(() => {
      if (writing.get(name) === settled) writing.delete(name);
    });
    return receipt;
  };

  return {
    append(asker, model) {
      const name = `${asker.workspaceId} ${asker.tokenId} ${asker.address} ${model}`;
      const before = waiting.get(name);
      if (before !== undefined) {
        before.calls += 1;
        return before.receipt;
      }
      const context = auditContext(asker);
      const underWay = writing.get(name);
      if (underWay === undefined) return write(name, context, model, () => 1);
      const receipt = underWay.then(() => {
        // Who comes from here on is in the next one.
        waiting.delete(name);
        return write(name, context, model, () => group.calls);
      });
      const group: Waiting = { calls: 1, context, receipt };
      waiting.set(name, group);
      return receipt;
    },
  };
}
