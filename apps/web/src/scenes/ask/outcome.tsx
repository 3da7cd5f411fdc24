import { Button } from '@mantine/core';
import classes from './ask.module.css';

type OutcomeProps = { says: string; more?: string; action?: string; onAction?: () => void };

/** An answer without rows: a sentence, and what to do next when there is something. */
export function Outcome({ says, more, action, onAction }: OutcomeProps) {
  return (
    <div className={classes['quiet']} role="status">
      <p>{says}</p>
      {more !== undefined && <p className={classes['more']}>{more}</p>}
      {action !== undefined && (
        <Button mt="md" variant="default" onClick={onAction}>
          {action}
        </Button>
      )}
    </div>
  );
}
