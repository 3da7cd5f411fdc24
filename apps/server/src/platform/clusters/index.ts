import type { KeyObject } from 'node:crypto';
import path from 'node:path';
import { deriveSecret } from '@strongroom/keyring';
import { startCluster } from '@strongroom/local-cluster';
import type { Cluster } from '@strongroom/local-cluster';
import { Secret } from '#config';
import type { DatabaseAddress } from '#platform/database';
import type { Log } from '#platform/log';

export type EmbeddedCluster = { readonly cluster: Cluster; readonly superuserPassword: Secret };

/** The cluster of our own tables, and how `createDatabase` reaches it. */
export async function startProductCluster(options: {
  home: string;
  clusterSecret: KeyObject;
  log: Log;
}): Promise<EmbeddedCluster & { address: DatabaseAddress }> {
  const started = await start(options, 'database');
  const { socketFolder, port } = started.cluster;
  const appPassword = new Secret(deriveSecret(options.clusterSecret, 'database/strongroom_app'));
  return {
    ...started,
    address: { kind: 'cluster', socketFolder, port, superuserPassword: started.superuserPassword, appPassword },
  };
}

/** INVARIANT: the sample's rows never share a cluster with our own tables: a way around the guard must not meet them. */
export function startSampleCluster(options: {
  home: string;
  clusterSecret: KeyObject;
  log: Log;
}): Promise<EmbeddedCluster> {
  return start(options, 'sample');
}

async function start(
  { home, clusterSecret, log }: { home: string; clusterSecret: KeyObject; log: Log },
  name: 'database' | 'sample',
): Promise<EmbeddedCluster> {
  const superuserPassword = deriveSecret(clusterSecret, `${name}/postgres`);
  const cluster = await startCluster({
    folder: path.join(home, name),
    superuserPassword,
    log: (line) => log.info({ cluster: name, line }, 'postgres'),
  });
  return { cluster, superuserPassword: new Secret(superuserPassword) };
}
