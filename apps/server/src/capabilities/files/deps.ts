import type { Vault } from '#vault';
import type { Database } from '#platform/database';
import type { Clock } from '#platform/clock';

export type FilesDeps = {
  readonly database: Database;
  readonly vault: Pick<Vault, 'sealFile' | 'openFile' | 'destroy'>;
  /** Where sealed files go, one folder a workspace. */
  readonly folder: string;
  readonly sizeBytesMax: number;
  readonly clock: Clock;
};
