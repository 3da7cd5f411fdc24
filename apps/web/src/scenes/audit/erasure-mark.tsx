import { IconClock, IconLockX } from '@tabler/icons-react';
import classes from './erasure-mark.module.css';

const icons = { final: IconLockX, pending: IconClock } as const;

/** Whether old copies of the database can still open what was erased: a word and a sign, never the colour alone. */
export function ErasureMark({ status }: { status: 'pending' | 'final' }) {
  const Icon = icons[status];
  return (
    <span className={classes['mark']} data-status={status}>
      <Icon size={14} aria-hidden />
      {status}
    </span>
  );
}
