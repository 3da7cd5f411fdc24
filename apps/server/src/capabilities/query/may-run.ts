import { ProblemError } from '@strongroom/protocol';
import type { Guard, HeldValue } from '@strongroom/sql-guard';
import type { Catalog } from '#catalog';
import type { Asker } from '#contracts';
import type { Sources } from '#sources';
import type { QueryLimits } from './limits.ts';

export type MayRunDeps = {
  readonly sources: Pick<Sources, 'find'>;
  readonly catalog: Pick<Catalog, 'schemaFor'>;
  readonly guard: Guard;
  readonly limits: QueryLimits;
};

export type MayRunRequest = {
  readonly source: string;
  readonly sql: string;
  readonly held?: readonly HeldValue[] | null;
};

/**
 * Whether the asker could run it now: what it names is there, and they may see it. Nothing runs, and nobody is told why not. Which values were
 * held back does not matter: who is told a statement or not must not learn of them.
 */
export async function mayRun(
  deps: MayRunDeps,
  asker: Asker,
  { source, sql, held = null }: MayRunRequest,
): Promise<boolean> {
  try {
    const handle = await deps.sources.find(asker, source);
    const schema = await deps.catalog.schemaFor(handle);
    const { dialect, policy } = handle;
    const rowsMax = deps.limits.rowsDefault;
    await deps.guard.check({ sql, held, dialect, schema, policy, rowsMax, fairnessKey: asker.personId });
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return error.code === 'query/held_value_unfit';
    throw error;
  }
}
