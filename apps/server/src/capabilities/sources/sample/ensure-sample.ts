import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Asker, type AuditAction, type AuditWriter, systemContext } from '#contracts';
import type { Files } from '#files';
import type { EmbeddedCluster } from '#platform/clusters';
import type { Database } from '#platform/database';
import type { Clock } from '#platform/clock';
import type { Sources } from '../index.ts';
import { markSampleOffered, sampleOffered } from '../store.ts';
import { loadSample } from './load-sample.ts';

export type SampleOptions = {
  readonly cluster: EmbeddedCluster;
  readonly sources: Sources;
  readonly files: Files;
  readonly database: Database;
  readonly audit: AuditWriter;
  readonly workspaceId: string;
  /** The first administrator: owns the two sources, and so may remove them. Asked when the sample is put in; null: later. */
  readonly administrator: () => Promise<Asker | null>;
  readonly clock: Clock;
};

/**
 * Loads the sample once, and puts it into a workspace once: the PostgreSQL source `aviation` and the file source
 * `flights-3m`, open to everyone. What an administrator removes stays removed. At later starts nothing but the
 * reading role's password changes.
 */
export async function ensureSample(options: SampleOptions): Promise<void> {
  const { sources, database, workspaceId } = options;
  const load = async () => sources.sample.attach(await loadSample(options.cluster));
  if (await database.withWorkspace(workspaceId, sampleOffered)) return load();
  const administrator = await options.administrator();
  if (administrator === null) return;
  const names = new Set((await sources.list(administrator)).map((source) => source.name));
  const addAviationOnce = async () => {
    await load();
    if (!names.has('aviation')) await addAviation(options, administrator);
  };
  const addFlightsOnce = async () => {
    if (!names.has('flights-3m')) await addFlights(options, administrator);
  };
  // Side by side, since each takes seconds; a failure is told when both have ended, so that nothing runs on.
  const adding = [addAviationOnce(), addFlightsOnce()];
  await Promise.allSettled(adding);
  await Promise.all(adding);
  for (const name of ['aviation', 'flights-3m'])
    await recorded(options, 'sources.shared', name, () => sources.share(administrator, name, 'everyone'));
  // Last, so that a start cut short in between goes on where it was.
  await database.withWorkspace(workspaceId, (transaction) =>
    markSampleOffered(transaction, workspaceId, options.clock.now()),
  );
}

function addAviation(options: SampleOptions, administrator: Asker): Promise<void> {
  return recorded(options, 'sources.added', 'aviation', () => options.sources.sample.add(administrator, 'aviation'));
}

function addFlights(options: SampleOptions, administrator: Asker): Promise<void> {
  return recorded(options, 'sources.added', 'flights-3m', async () => {
    const file = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));
    const { upload } = await options.files.upload(
      administrator,
      createReadStream(file, { highWaterMark: 1024 * 1024 }),
      'flights-3m.parquet',
    );
    return options.sources.confirmFile(administrator, { name: 'flights-3m', upload });
  });
}

/** Nobody asks at the start, so that no gate writes these. An act that fails ends the start, and stays `begun`. */
async function recorded(
  { audit, workspaceId }: SampleOptions,
  action: AuditAction,
  name: string,
  act: () => Promise<unknown>,
): Promise<void> {
  const context = systemContext(workspaceId, 'start');
  const event = { action, resource: name, decision: { allowed: true, reason: 'sample' } };
  await audit.append(context, { ...event, outcome: 'begun' });
  await act();
  await audit.append(context, { ...event, outcome: 'done' });
}
