import { ActionIcon } from '@mantine/core';
import type { Question } from '@strongroom/protocol';
import { IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Asking } from '../../api/answer-stream.ts';
import { focusQuestion } from '../../components/shell/use-keys.ts';
import classes from './history.module.css';
import { changeDraft } from './this-tab.ts';

type ItemProps = {
  question: Question;
  onAsk: (asking: Asking) => void;
  onForget: () => void;
  isForgetting: boolean;
};

/** An earlier question: its words take it up again; beside them, ask it again or forget it. */
export function HistoryItem({ question, onAsk, onForget, isForgetting }: ItemProps) {
  const title = titleOf(question);
  return (
    <li className={classes['item']}>
      <button
        type="button"
        className={classes['words']}
        title={title}
        onClick={() => takeUp(question)}
        data-sql={question.question === null}
      >
        <span>{title}</span>
      </button>
      <span className={classes['actions']}>
        <ActionIcon size="sm" aria-label={`Ask again: ${title}`} onClick={() => onAsk(askingOf(question))}>
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

function askingOf(question: Question): Asking {
  return { mode: question.question === null ? 'sql' : 'question', text: titleOf(question), source: question.source };
}

function takeUp(question: Question): void {
  const { mode, text, source } = askingOf(question);
  changeDraft(mode === 'sql' ? { mode, sql: text, source } : { mode, question: text, source });
  focusQuestion();
}
