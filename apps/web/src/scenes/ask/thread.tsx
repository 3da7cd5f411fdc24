import { IconCornerDownRight } from '@tabler/icons-react';
import { visible } from '../../components/visible.ts';
import type { AnswerState } from './answers.ts';
import classes from './thread.module.css';
import type { Way } from './way.ts';

const READ_AS = /^read as (.+)$/;

/** Question after question, the one that is answered below last; and how the built-in translator put them together. */
export function Thread({ answer, way }: { answer: AnswerState; way: Way }) {
  const { asking } = answer;
  if (asking?.follows === undefined) return null;
  const read = way.understanding?.understood.map((part) => READ_AS.exec(part)?.[1]).find((part) => part !== undefined);
  return (
    <section className={classes['thread']} aria-label="The questions so far">
      <ol>
        {[...asking.follows.thread, asking.text].map((words, index, all) => (
          <li key={index} aria-current={index === all.length - 1 ? 'step' : undefined}>
            {index > 0 && <IconCornerDownRight size={16} aria-hidden />}
            <span>{visible(words)}</span>
          </li>
        ))}
      </ol>
      {read !== undefined && <p>Read as {visible(read)}</p>}
    </section>
  );
}
