import { ActionIcon } from '@mantine/core';
import type { Question } from '@strongroom/protocol';
import { IconCornerDownRight, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Asking } from '../../api/answer-stream.ts';
import { focusQuestion } from '../../components/shell/use-keys.ts';
import classes from './history.module.css';
import { changeDraft } from './this-tab.ts';

type ItemProps = {
  question: Question;
  /** Among which those are that it went on from. */
  all: readonly Question[];
  onAsk: (asking: Asking) => void;
  onForget: () => void;
  isForgetting: boolean;
};

/** An earlier question: its words take it up again, or ask it again where it went on from another; beside them, ask it again or forget it. */
export function HistoryItem({ question, all, onAsk, onForget, isForgetting }: ItemProps) {
  const title = titleOf(question);
  const asking = askingOf(question, all);
  return (
    <li className={classes['item']}>
      <button
        type="button"
        className={classes['words']}
        title={title}
        onClick={() => (asking.follows === undefined ? takeUp(asking) : onAsk(asking))}
        data-sql={question.question === null}
      >
        <span>
          {asking.follows !== undefined && <IconCornerDownRight size={14} aria-label="goes on from another" />}
          {title}
        </span>
      </button>
      <span className={classes['actions']}>
        <ActionIcon size="sm" aria-label={`Ask again: ${title}`} onClick={() => onAsk(asking)}>
          <IconPlayerPlay size={14} />
        </ActionIcon>
        <ActionIcon size="sm" aria-label={`Forget: ${title}`} onClick={onForget} loading={isForgetting}>
          <IconTrash size={14} />
        </ActionIcon>
      </span>
    </li>
  );
}

/**
 * In the place of a question that was forgotten, so that no other moves under the pointer. The button that was pressed is
 * gone: the keyboard goes on from the link.
 */
export function ForgottenItem({ erasure }: { erasure: string }) {
  return (
    <li className={classes['forgotten']}>
      <span role="status">Forgotten.</span>{' '}
      <Link to="/audit/erasures/$erasure" params={{ erasure }} ref={focusOnce}>
        See its certificate
      </Link>
    </li>
  );
}

/** Not anew with each rendering: as a ref it is called when the link comes and when it goes. */
function focusOnce(link: HTMLAnchorElement | null): void {
  link?.focus();
}

function titleOf(question: Question): string {
  return question.question ?? question.sql.asked ?? 'SQL';
}

function askingOf(question: Question, all: readonly Question[]): Asking {
  const asking: Asking = {
    mode: question.question === null ? 'sql' : 'question',
    text: titleOf(question),
    source: question.source,
  };
  const id = question.follows ?? null;
  return id === null ? asking : { ...asking, follows: { id, thread: threadBefore(id, all) } };
}

/** The words of that question and those before it, the oldest first, as far as they are still there. */
function threadBefore(id: string, all: readonly Question[]): string[] {
  const question = all.find((one) => one.id === id);
  if (question === undefined) return [];
  return [...(question.follows ? threadBefore(question.follows, all) : []), titleOf(question)];
}

function takeUp({ mode, text, source }: Asking): void {
  changeDraft(mode === 'sql' ? { mode, sql: text, source } : { mode, question: text, source });
  focusQuestion();
}
