import { Button } from '@mantine/core';
import { ProblemError } from '@strongroom/protocol';
import { IconAlertTriangle } from '@tabler/icons-react';
import { adviceFor } from './advice.ts';
import classes from './problem-note.module.css';
import { sentence } from './words.ts';

/** What happened, and what to do about it. */
export function ProblemNote({ problem, onRetry }: { problem: unknown; onRetry?: () => void }) {
  if (problem === null || problem === undefined) return null;
  const known =
    problem instanceof ProblemError
      ? problem
      : new ProblemError('web/unexpected', 500, 'this page met something it did not expect');
  const requestId = known.members['requestId'];
  return (
    <div className={classes['note']} role="alert">
      <IconAlertTriangle size={18} stroke={1.8} aria-hidden className={classes['icon']} />
      <div className={classes['words']}>
        <strong>{sentence(known.message)}</strong> {adviceFor(known)}
        <div className={classes['code']}>
          {known.code}
          {typeof requestId === 'string' && ` · request ${requestId}`}
        </div>
      </div>
      {onRetry !== undefined && (
        <Button variant="default" size="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
