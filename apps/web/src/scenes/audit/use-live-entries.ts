import type { LedgerEntry } from '@strongroom/protocol';
import { ProblemError } from '@strongroom/protocol';
import { useEffect, useRef, useState } from 'react';
import { followLedger } from '../../api/ledger-tail.ts';
import type { LedgerFilter } from '../../api/verbs.ts';

const RETRY_MS = 2_000;

export type Live = {
  /** Those that the list doesn't have, newest first. */
  readonly entries: readonly LedgerEntry[];
  readonly state: 'off' | 'following' | 'broken off';
  /** Why it can't go on. */
  readonly problem: ProblemError | null;
};

type Kept = { readonly wanted: string; readonly entries: readonly LedgerEntry[] };

/**
 * Follows the log from the newest entry of a list on, with what the list leaves out left out, while `follows`. What came
 * stays until the list has it. `top`: position of that newest entry, which may grow.
 */
export function useLiveEntries(filter: LedgerFilter, top: number, follows: boolean): Live {
  const wanted = JSON.stringify(filter);
  const [kept, setKept] = useState<Kept>({ wanted, entries: [] });
  const [state, setState] = useState<Live['state']>('off');
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const topNow = useRef(top);
  topNow.current = top;

  useEffect(() => {
    if (!follows) return;
    const stop = new AbortController();
    let after = topNow.current;
    // Whoever follows again is sent anew what came since the list was read.
    const add = (entry: LedgerEntry): void =>
      setKept((before) => ({
        wanted,
        entries: [
          entry,
          ...entriesOf(before, wanted, topNow.current).filter(({ position }) => position !== entry.position),
        ],
      }));
    const follow = async (): Promise<void> => {
      for await (const { position, entry } of followLedger(JSON.parse(wanted) as LedgerFilter, after, stop.signal)) {
        setState('following');
        after = position;
        if (entry !== null) add(entry);
      }
    };
    const goOn = (): void =>
      void follow().catch((error: unknown) => {
        if (stop.signal.aborted) return;
        setState('broken off');
        const refused = error instanceof ProblemError && error.status < 500 ? error : null;
        setProblem(refused);
        if (refused === null) setTimeout(() => stop.signal.aborted || goOn(), RETRY_MS);
      });
    goOn();
    return () => {
      stop.abort();
      setState('off');
      setProblem(null);
    };
  }, [wanted, follows]);

  return { entries: entriesOf(kept, wanted, top), state, problem };
}

function entriesOf(kept: Kept, wanted: string, top: number): readonly LedgerEntry[] {
  return kept.wanted === wanted ? kept.entries.filter(({ position }) => position > top) : [];
}
