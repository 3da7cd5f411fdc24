import type { Connector } from '@strongroom/connectors';
import { ProblemError, type SourceSchema } from '@strongroom/protocol';
import type { Tables, Transaction } from '#platform/database';
import type { SourcesDeps } from './deps.ts';
import { noTables, tooSlow, unavailable } from './errors.ts';

const INTROSPECT_TIMEOUT_MS = 30_000;

export type Found = { readonly schema: SourceSchema; readonly warnings: string[] };

/**
 * What our role may do and read there: names, types, keys, comments; never a value.
 * Throws `sources/unavailable` (502), `sources/no_tables`, `sources/bad_address`, `files/*`.
 */
export async function introspectSource(connector: Connector, signal?: AbortSignal): Promise<Found> {
  const timeout = AbortSignal.timeout(INTROSPECT_TIMEOUT_MS);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const { warnings } = await connector.describeRights(either);
    const schema = await connector.introspect(either);
    if (schema.tables.length === 0) throw noTables();
    return { schema, warnings };
  } catch (error) {
    throw asUnavailable(error, timeout);
  }
}

/** INVARIANT: neither the address nor the source's own words are in what is thrown. */
function asUnavailable(error: unknown, timeout: AbortSignal): unknown {
  if (timeout.aborted) return tooSlow();
  if (!(error instanceof ProblemError)) return unavailable(error instanceof Error ? error.name : 'unknown');
  if (/^(sources|files)\//.test(error.code) || error.code === 'run/cancelled') return error;
  return error.code === 'run/timeout' ? tooSlow() : unavailable(error.internal ?? error.code);
}

/** Hands the schema to whoever stores it (the catalog), inside the transaction that stores the source. */
export async function announce(
  deps: SourcesDeps,
  transaction: Transaction<Tables>,
  source: { workspaceId: string; id: string; name: string },
  schema: SourceSchema,
): Promise<void> {
  for (const listener of deps.introspected) await listener(transaction, source, schema);
}
