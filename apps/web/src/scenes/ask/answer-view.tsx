import type { Asking } from '../../api/answer-stream.ts';
import { problemFrom } from '../../api/client.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import type { AnswerState, Gone } from './answers.ts';
import classes from './ask.module.css';
import { FollowUp } from './follow-up.tsx';
import { Declined } from './declined.tsx';
import { Outcome } from './outcome.tsx';
import { refusalOf } from './refusal.ts';
import { Refused } from './refused.tsx';
import { ResultView } from './result-view.tsx';
import { Thread } from './thread.tsx';
import { wayOf } from './way.ts';
import { WayOfAnswer, WayStrip } from './way-of-answer.tsx';

/** One answer: what came back, and beside it the way it came. */
export function AnswerView({ answer, onAsk }: { answer: AnswerState; onAsk: (asking: Asking) => void }) {
  const way = wayOf(answer);
  const again = answer.asking;
  if (answer.gone !== null) {
    return (
      <section className={classes['answer']} aria-label="Answer">
        <Outcome
          {...wordsFor(answer.gone)}
          {...(again === null ? {} : { action: 'Ask again', onAction: () => onAsk(again) })}
        />
      </section>
    );
  }
  const refused = refusalOf(way.stopped) !== null;
  const declined = way.stopped?.outcome === 'declined';
  return (
    <>
      <Thread answer={answer} way={way} />
      <WayStrip way={way} />
      <div className={classes['answer']}>
        <section className={classes['body']} aria-label="Answer" aria-busy={answer.phase === 'asking'}>
          {declined && <Declined way={way} />}
          {refused && <Refused way={way} onAgain={() => again !== null && onAsk(again)} />}
          {way.stopped !== null && !declined && !refused && (
            <ProblemNote problem={problemFrom(way.stopped.problem.status, way.stopped.problem)} />
          )}
          {answer.failure !== null && <ProblemNote problem={answer.failure} />}
          {way.stopped === null && (answer.failure === null || answer.rows !== null) && (
            <ResultView answer={answer} way={way} />
          )}
          {answer.phase === 'done' && <FollowUp answer={answer} way={way} onAsk={onAsk} />}
        </section>
        <WayOfAnswer way={way} />
      </div>
    </>
  );
}

function wordsFor({ why, source }: Gone): { says: string; more?: string } {
  switch (why) {
    case 'left':
      return { says: 'You left this page, so its rows are gone from this tab.' };
    case 'slept':
      return { says: 'The browser put this tab to sleep, so its rows are gone from it.' };
    case 'unheard':
      return {
        says: 'This tab and the server lost touch, so its rows were taken away.',
        more: 'Rows are shown only while the server hears of the tab that shows them.',
      };
    case 'changed':
      return {
        says:
          source === null
            ? 'Your rights changed, so the rows were taken away.'
            : `Your rights to ${source} changed, so its rows were taken away.`,
        more: 'Ask again to get what you may see now.',
      };
  }
}
