import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

/** One sentence that teaches, one button that does it. */
export function EmptyState({ says, children }: { says: string; children?: ReactNode }) {
  return (
    <Stack className={classes['empty']} align="center" gap="md">
      <Text c="dimmed" ta="center" maw={440}>
        {says}
      </Text>
      {children}
    </Stack>
  );
}
