export { type Binaries, findBinaries } from './binaries.ts';
export { type Cluster, type ClusterOptions, startCluster } from './start-cluster.ts';
