import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './scene.module.css';

type SceneProps = {
  title: string;
  says?: string;
  actions?: ReactNode;
  children: ReactNode;
  /** A way back, above the title. */ above?: ReactNode;
  wide?: boolean;
};

/** The frame of every scene but Ask: a title, one sentence, its actions, its content. */
export function Scene({ title, says, actions, children, above, wide = false }: SceneProps) {
  return (
    <div className={classes['scene']} data-wide={wide}>
      <header className={classes['head']}>
        <div className={classes['words']}>
          {above}
          <Title order={1}>{title}</Title>
          {says !== undefined && (
            <Text c="dimmed" mt={4}>
              {says}
            </Text>
          )}
        </div>
        {actions !== undefined && (
          <Group gap="xs" className={classes['actions']}>
            {actions}
          </Group>
        )}
      </header>
      {children}
    </div>
  );
}
