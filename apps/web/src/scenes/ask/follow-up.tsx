import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Asking } from '../../api/answer-stream.ts';
import type { AnswerState } from './answers.ts';
import classes from './thread.module.css';
import type { Way } from './way.ts';

type FollowUpProps = { answer: AnswerState; way: Way; onAsk: (asking: Asking) => void };

/** Goes on from the question that was answered. Not from one that is not kept: the server would not know it. */
export function FollowUp({ answer, way, onAsk }: FollowUpProps) {
  const [words, setWords] = useState('');
  const { asking } = answer;
  const { questionId, source } = way;
  if (asking === null || asking.mode === 'sql' || questionId === null) return null;
  const thread = [...(asking.follows?.thread ?? []), asking.text];
  return (
    <form
      className={classes['followUp']}
      onSubmit={(event) => {
        event.preventDefault();
        const text = words.trim();
        if (text !== '') onAsk({ mode: 'question', text, source, follows: { id: questionId, thread } });
      }}
    >
      <TextInput
        className={classes['words'] ?? ''}
        aria-label="Go on from this question"
        placeholder="Go on: and by month? only from Chicago"
        maxLength={2000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={words.trim() === ''}>
        Go on
      </Button>
    </form>
  );
}
