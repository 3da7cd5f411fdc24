import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Asking } from '../../api/answer-stream.ts';
import { meQuery } from '../../api/queries.ts';
import { HistoryPanel } from './history-panel.tsx';
import { MemoryPanel } from './memory-panel.tsx';
import classes from './side-panel.module.css';

const TABS = [
  { name: 'questions', title: 'My questions' },
  { name: 'memory', title: 'Remembered' },
] as const;

/** What is mine alone, unless somebody else opened this session for me: then it stays closed, and nothing is kept. */
export function SidePanel({ onAsk }: { onAsk: (asking: Asking) => void }) {
  const me = useQuery(meQuery);
  const [shown, setShown] = useState<(typeof TABS)[number]['name']>('questions');
  const isMine = me.data === undefined || me.data.permissions.includes('own');
  return (
    <>
      <div className={classes['tabs']} role="tablist" aria-label="What is mine">
        {TABS.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`mine-${name}`}
            aria-selected={shown === name}
            aria-controls={shown === name ? 'mine' : undefined}
            tabIndex={shown === name ? 0 : -1}
            onClick={() => setShown(name)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
              const other = name === 'questions' ? 'memory' : 'questions';
              setShown(other);
              document.getElementById(`mine-${other}`)?.focus();
            }}
          >
            {title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="mine" aria-labelledby={`mine-${shown}`}>
        {!isMine && (
          <Text c="dimmed" size="sm" px={8}>
            An admin made the link you signed in with, so what is yours stays closed, and new questions are not kept.
          </Text>
        )}
        {isMine && (shown === 'questions' ? <HistoryPanel onAsk={onAsk} /> : <MemoryPanel />)}
      </div>
    </>
  );
}
