import { Button, CopyButton, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './secret-once.module.css';

/** A link or token that is shown here and never again. */
export function SecretOnce({ says, secret }: { says: string; secret: string }) {
  return (
    <div className={classes['secret']} role="status">
      <Text>{says}</Text>
      <code tabIndex={0}>{secret}</code>
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
