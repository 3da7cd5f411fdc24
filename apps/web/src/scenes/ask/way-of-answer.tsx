import { CopyButton, Button } from '@mantine/core';
import { IconArrowRight, IconCheck, IconChevronRight, IconMinus, IconX } from '@tabler/icons-react';
import { ButtonLink } from '../../components/button-link.tsx';
import type { ReactNode } from 'react';
import { useMay } from '../../api/queries.ts';
import { adviceFor } from '../../components/advice.ts';
import { RuleList } from '../../components/sql/rule-list.tsx';
import { SqlDiff, SqlText } from '../../components/sql/sql-text.tsx';
import { visible } from '../../components/visible.ts';
import { bytes, count, milliseconds, sentence } from '../../components/words.ts';
import { SentView } from './sent-view.tsx';
import type { Step, StepState, Way } from './way.ts';
import askClasses from './ask.module.css';
import classes from './way.module.css';

/** The signature of the product: five steps, each one line that opens to the whole. */
export function WayOfAnswer({ way }: { way: Way }) {
  return (
    <section className={`${classes['way']} ${askClasses['way']}`} aria-labelledby="way-of-answer">
      <h2 id="way-of-answer" className={classes['title']}>
        The way of this answer
      </h2>
      <ol className={classes['steps']}>
        {way.steps.map((step) => (
          <StepItem key={step.name} step={step} way={way} />
        ))}
      </ol>
    </section>
  );
}

/** The five steps at a glance, above the rows; leads down to the whole. */
export function WayStrip({ way }: { way: Way }) {
  return (
    <ol className={askClasses['strip']} aria-label="The way of this answer, in short">
      {way.steps.map((step) => (
        <li key={step.name} className={classes['brief']} data-state={step.state} data-gentle={step.gentle}>
          <a href="#way-of-answer">
            <Dot state={step.state} />
            {step.title}
          </a>
        </li>
      ))}
    </ol>
  );
}

function StepItem({ step, way }: { step: Step; way: Way }) {
  const whole = wholeOf(step, way);
  const head = (
    <>
      <Dot state={step.state} />
      <span className={classes['name']}>{step.title}</span>
      <span className={classes['line']} data-mono={step.name === 'asked' && step.state === 'done'}>
        {step.line}
      </span>
    </>
  );
  return (
    <li className={classes['step']} data-state={step.state} data-gentle={step.gentle}>
      {whole === null ? (
        <div className={classes['head']}>{head}</div>
      ) : (
        <details>
          <summary className={classes['head']}>
            {head}
            <IconChevronRight size={16} className={classes['open']} aria-hidden />
          </summary>
          <div className={classes['whole']}>{whole}</div>
        </details>
      )}
      {step.state === 'stopped' && way.stopped !== null && (
        <p className={classes['why']}>
          {sentence(way.stopped.problem.detail ?? way.stopped.problem.title)}{' '}
          {way.stopped.outcome === 'declined'
            ? 'Add one of the closest names to your question.'
            : adviceFor(way.stopped.problem)}
        </p>
      )}
    </li>
  );
}

const STATE_WORDS: Record<StepState, string> = {
  waiting: 'waiting',
  working: 'in progress',
  done: 'done',
  stopped: 'stopped',
  skipped: 'not needed',
};

function Dot({ state }: { state: StepState }) {
  return (
    <span className={classes['dot']} role="img" aria-label={STATE_WORDS[state]}>
      {state === 'done' && <IconCheck size={12} stroke={3} aria-hidden />}
      {state === 'stopped' && <IconX size={12} stroke={3} aria-hidden />}
      {state === 'skipped' && <IconMinus size={12} stroke={3} aria-hidden />}
    </span>
  );
}

function wholeOf(step: Step, way: Way): ReactNode | null {
  if (step.name === 'sent') {
    if (way.disclosure === null) return null;
    const isOver = way.completion !== null || way.stopped !== null;
    const questionId = isOver ? way.questionId : null;
    return <SentView disclosure={way.disclosure} attempts={way.attempts} questionId={questionId} />;
  }
  if (step.name === 'asked') return way.asked === null ? null : <AskedView way={way} asked={way.asked} />;
  if (step.name === 'run') return way.run === null ? null : <RunView way={way} run={way.run} />;
  if (step.name === 'rows') return step.state === 'done' ? <RowsView way={way} /> : null;
  return way.receipt === null ? null : <ReceiptView receipt={way.receipt} released={way.completion !== null} />;
}

function AskedView({ way, asked }: { way: Way; asked: string }) {
  const understood = way.understanding?.understood ?? [];
  return (
    <>
      {way.translator !== null && (
        <p>
          Written by: {way.translator === 'built-in' ? 'the built-in translator' : way.translator}
          {understood.length > 0 && `. It understood: ${visible(understood.join(', '))}`}.
        </p>
      )}
      <SqlText sql={asked} />
      <Copy text={asked} />
    </>
  );
}

function RunView({ way, run }: { way: Way; run: string }) {
  return (
    <>
      <RuleList rules={way.rules} />
      <SqlDiff asked={way.asked ?? run} run={run} />
      <Copy text={run} />
    </>
  );
}

function RowsView({ way }: { way: Way }) {
  const rows = way.completion?.rowCount ?? 0;
  return (
    <p>
      {count(rows, 'row')} came from {way.source ?? 'the source'} in {milliseconds(way.completion?.elapsedMs ?? 0)},
      through the server’s memory, into this tab’s memory. The server keeps none. Closing or leaving the tab, signing
      out, losing your right to them, or losing touch with the server lets go of them.
    </p>
  );
}

function ReceiptView({ receipt, released }: { receipt: string; released: boolean }) {
  const mayRead = useMay('ledger.read');
  return (
    <>
      <p>
        {released
          ? 'Written to the audit log before the first row left.'
          : 'That it stopped is written in the audit log.'}{' '}
        It holds who, what, when, from where and how many; never a row, your words or the SQL.
      </p>
      <p className={classes['receipt']}>{receipt}</p>
      {mayRead ? (
        <ButtonLink
          to="/audit"
          search={{ entry: receipt }}
          size="xs"
          variant="default"
          rightSection={<IconArrowRight size={14} />}
        >
          See the entry
        </ButtonLink>
      ) : (
        <Copy text={receipt} />
      )}
    </>
  );
}

function Copy({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="xs" variant="default" onClick={copy}>
          {copied ? 'Copied' : `Copy ${bytes(new Blob([text]).size)}`}
        </Button>
      )}
    </CopyButton>
  );
}
