import type { LedgerEntry } from '@strongroom/protocol';
import { IconAlertTriangle, IconEyeOff } from '@tabler/icons-react';
import classes from './audit.module.css';

export type ClosedState = Exclude<LedgerEntry['state'], 'open'>;

const icons = { redacted: IconEyeOff, altered: IconAlertTriangle } as const;

export const whyClosed: Readonly<Record<ClosedState, string>> = {
  redacted:
    'The key of this entry is gone, so who did it and what it was done to can’t be read any more. When it happened, what it was and how it ended is as it was written.',
  altered:
    'Somebody changed this entry in the database. What is left shows what stands there now, not what was written. To check the whole log, run: strongroom ledger verify',
};

/** In the place of what an entry doesn’t show. */
export function ClosedMark({ state }: { state: ClosedState }) {
  const Icon = icons[state];
  return (
    <span className={classes['closed']} data-state={state}>
      <Icon size={14} aria-hidden />
      {state}
    </span>
  );
}
