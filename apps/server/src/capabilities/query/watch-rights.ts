import { ProblemError } from '@strongroom/protocol';
import type { Directory } from '#access';
import type { Asker } from '#contracts';
import type { SourceHandle, Sources } from '#sources';
import { rightsChanged, runSqlOff } from './errors.ts';

export type WatchDeps = {
  readonly sources: Pick<Sources, 'find'>;
  readonly directory: Pick<Directory, 'subjectByEmail'>;
  readonly limits: { readonly lookAgainMs: number };
};

/**
 * While a query runs, its right to is looked at again and again, so that it ends within a second or two of a grant that is taken back, a
 * policy, team or attribute that is changed, the admin's switch, or a source that is removed: on whichever server that happened.
 * (Sessions, tokens and roles are the gate's.) `stop` is called once, with what the reader is told.
 */
export function watchRights(
  deps: WatchDeps,
  asker: Asker,
  begun: SourceHandle,
  stop: (problem: ProblemError) => void,
): Disposable {
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const problem = await lostRight(deps, asker, begun);
    looking = false;
    if (problem === null) return;
    clearInterval(timer);
    stop(problem);
  };
  const timer = setInterval(() => void look(), deps.limits.lookAgainMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** null as long as it may go on. */
async function lostRight(
  { sources, directory }: WatchDeps,
  asker: Asker,
  begun: SourceHandle,
): Promise<ProblemError | null> {
  try {
    const person = await directory.subjectByEmail(asker.workspaceId, asker.email);
    if (person?.personId !== asker.personId) return rightsChanged();
    const now = await sources.find({ ...asker, ...person }, begun.name);
    if (!now.runSql) return runSqlOff();
    return now.id === begun.id && now.view === begun.view ? null : rightsChanged();
  } catch (error) {
    // Nobody knows while the database or the keys are away: its own timeout ends the query then.
    return error instanceof ProblemError && error.status < 500 ? error : null;
  }
}
