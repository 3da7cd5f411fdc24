import type { LedgerEntry } from '@strongroom/protocol';
import { IconBan, IconCheck, IconPlayerPlay, IconX } from '@tabler/icons-react';
import classes from './audit.module.css';

const icons = { begun: IconPlayerPlay, done: IconCheck, refused: IconBan, failed: IconX } as const;

/** How it ended, in a word and a sign; refusals and failures with their reason. `begun` is before the act. */
export function OutcomeMark({ entry }: { entry: LedgerEntry }) {
  if (entry.outcome === null) return '—';
  const Icon = icons[entry.outcome];
  const reason = entry.decision?.reason ?? '';
  const wentWrong = entry.outcome === 'refused' || entry.outcome === 'failed';
  return (
    <span className={classes['outcome']} data-outcome={entry.outcome}>
      <Icon size={14} aria-hidden />
      {entry.outcome}
      {wentWrong && reason !== '' && <span className={classes['reason']}>{reason}</span>}
    </span>
  );
}
