import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import { deriveSecret } from '@strongroom/keyring';
import { startCluster } from '@strongroom/local-cluster';
import type { Cluster } from '@strongroom/local-cluster';
import { Secret } from '#config';
import type { DatabaseAddress } from '#platform/database';
import type { Log } from '#platform/log';

export type EmbeddedCluster = { readonly cluster: Cluster; readonly superuserPassword: Secret };

type Options = { readonly home: string; readonly clusterSecret: KeyObject; readonly log: Log };

/**
 * Those that are wanted, both at one time, stopped with `stack`. What one throws is thrown when both have ended, so that what did start is
 * known and stopped.
 */
export async function startClusters(
  stack: AsyncDisposableStack,
  options: Options,
  wanted: { readonly product: boolean; readonly sample: boolean },
): Promise<{ product: (EmbeddedCluster & { address: DatabaseAddress }) | null; sample: EmbeddedCluster | null }> {
  const stopLater = async <T extends EmbeddedCluster>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    stack.defer(() => started.cluster.stop());
    return started;
  };
  const product = wanted.product ? stopLater(startProductCluster(options)) : null;
  const sample = wanted.sample ? stopLater(startSampleCluster(options)) : null;
  await Promise.allSettled([product, sample]);
  return { product: await product, sample: await sample };
}

/** The cluster of our own tables, and how `createDatabase` reaches it. */
export async function startProductCluster(options: Options): Promise<EmbeddedCluster & { address: DatabaseAddress }> {
  const started = await start(options, 'database');
  const { socketFolder, port } = started.cluster;
  const appPassword = new Secret(deriveSecret(options.clusterSecret, 'database/strongroom_app'));
  return {
    ...started,
    address: { kind: 'cluster', socketFolder, port, superuserPassword: started.superuserPassword, appPassword },
  };
}

/** INVARIANT: the sample's rows never share a cluster with our own tables: a way around the guard must not meet them. */
function startSampleCluster(options: Options): Promise<EmbeddedCluster> {
  return start(options, 'sample');
}

async function start({ home, clusterSecret, log }: Options, name: 'database' | 'sample'): Promise<EmbeddedCluster> {
  const superuserPassword = deriveSecret(clusterSecret, `${name}/postgres`);
  const cluster = await startCluster({
    folder: path.join(home, name),
    superuserPassword,
    log: (line) => log.info({ cluster: name, line }, 'postgres'),
  });
  return { cluster, superuserPassword: new Secret(superuserPassword) };
}
