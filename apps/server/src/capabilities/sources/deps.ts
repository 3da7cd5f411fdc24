import type { PostgresAddress, RefusedEndpoint } from '@strongroom/connectors';
import type { SourceSchema } from '@strongroom/protocol';
import type { Access, Directory } from '#access';
import type { Sealer } from '#contracts';
import type { Files } from '#files';
import type { SourceHandle } from './find-source.ts';
import type { ConnectorCache } from './use-source.ts';
import type { Database, Tables, Transaction } from '#platform/database';
import type { ShortMemory } from '#platform/memory';
import type { Clock } from '#platform/clock';

export type SourcesNeeds = {
  readonly database: Database;
  readonly vault: Sealer;
  readonly access: Pick<Access, 'allows' | 'mayQuery' | 'grants' | 'policies' | 'onChanged'>;
  readonly files: Files;
  readonly directory: Pick<Directory, 'namesOf'>;
  /** Our own listeners, which no source may point at. */
  readonly refused: () => readonly RefusedEndpoint[];
  readonly clock: Clock;
};

/** Told of what a source holds inside the transaction that stores it, so that both are kept or neither. */
export type IntrospectedListener = (
  transaction: Transaction<Tables>,
  source: { readonly workspaceId: string; readonly id: string; readonly name: string },
  schema: SourceSchema,
) => Promise<void>;
export type RemovedListener = (sourceId: string) => void;

export type SourcesDeps = SourcesNeeds & {
  readonly introspected: Set<IntrospectedListener>;
  readonly removed: Set<RemovedListener>;
  /** Set once the sample's cluster is up; null: the sample is off. */
  readonly sample: { address: PostgresAddress | null };
  readonly connectors: ConnectorCache;
  /** Sources that somebody may query, as they were found a moment ago. */
  readonly found: ShortMemory<SourceHandle | null>;
};
