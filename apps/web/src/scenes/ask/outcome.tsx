import { Button } from '@mantine/core';
import classes from './ask.module.css';

/** An answer without rows: a sentence, and what to do next when there is something. */
export function Outcome({ says, action, onAction }: { says: string; action?: string; onAction?: () => void }) {
  return (
    <div className={classes['quiet']} role="status">
      <p>{says}</p>
      {action !== undefined && (
        <Button mt="md" variant="default" onClick={onAction}>
          {action}
        </Button>
      )}
    </div>
  );
}
