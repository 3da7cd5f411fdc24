import type { Files } from '#files';
import type { Gateway } from '#gateway';
import type { Identity } from '#identity';
import type { Lifecycle } from '#lifecycle';
import type { Log } from '#platform/log';
import type { Query } from '#query';

const SWEEP_EVERY_MS = 10 * 60_000;

/**
 * What ended or was cut short is finished now, and every ten minutes: a sweep that fails says so, and the next one goes on. Returns what
 * ends it.
 */
export async function startSweeping({
  workspaceId,
  log,
  files,
  gateway,
  identity,
  query,
  lifecycle,
}: {
  readonly workspaceId: string;
  readonly log: Log;
  readonly files: Pick<Files, 'sweep'>;
  readonly gateway: Pick<Gateway, 'sweep'>;
  readonly identity: Pick<Identity, 'sweep'>;
  readonly query: { readonly leases: Pick<Query['leases'], 'sweep'> };
  readonly lifecycle: Pick<Lifecycle, 'finishAll'>;
}): Promise<() => void> {
  const warn = (error: unknown) => log.warn({ err: error }, 'what has ended could not be removed');
  const sweep = async (): Promise<void> => {
    await files.sweep(workspaceId).catch(warn);
    await gateway.sweep(workspaceId).catch(warn);
    await identity.sweep().catch(warn);
    await query.leases.sweep(workspaceId).catch(warn);
    await lifecycle.finishAll(workspaceId).catch(warn);
  };
  await sweep();
  const sweeping = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  return () => clearInterval(sweeping);
}
