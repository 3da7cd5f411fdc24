import { Button, CopyButton, Skeleton } from '@mantine/core';
import type { LedgerEntry } from '@strongroom/protocol';
import { IconAlertTriangle, IconCheck, IconChevronRight, IconMinus, IconShieldCheck, IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { meQuery } from '../../api/queries.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { saveAs } from '../../components/save-as.ts';
import { checkEntry, type CheckedEntry, type ProofStep } from './check-entry.ts';
import classes from './check-here.module.css';
import { rememberLog } from './log-memory.ts';
import type { Verdict } from './verify-entry.ts';

const STEPS = ['Fields', 'Entry', 'Tree', 'Signature', 'Key'];
const VERDICTS: Record<CheckedEntry['verdict'], string> = {
  holds: 'Verified in this tab',
  unsure: 'Not fully verified',
  fails: 'The proof does not hold',
};
const MARKS: Record<Verdict, string> = {
  holds: 'holds',
  fails: 'does not hold',
  unsure: 'could not be checked',
  skipped: 'not looked at',
};
const icons = { holds: IconCheck, fails: IconX, unsure: IconAlertTriangle, skipped: IconMinus } as const;

/** Checks in this tab that the entry above is in the signed log; the server is asked for the proof, not for its opinion. */
export function CheckHere({ entry }: { entry: LedgerEntry }) {
  const me = useQuery(meQuery);
  const origin = `strongroom/${me.data?.workspace.id ?? ''}`;
  // The server may be on this machine, so it is asked also when the browser thinks that there is no network.
  const check = useMutation({ mutationFn: () => checkEntry(entry, origin), networkMode: 'always' });
  return (
    <section className={classes['check']} aria-label="Proof of this entry">
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={16} />}
        loading={check.isPending}
        disabled={me.data === undefined}
        onClick={() => check.mutate()}
      >
        Check it here
      </Button>
      {check.isIdle && (
        <p className={classes['note']}>
          This tab gets the proof and works out for itself whether the entry is in the signed log.
        </p>
      )}
      {check.isPending && <Waiting />}
      {check.isError && <ProblemNote problem={check.error} onRetry={() => check.mutate()} />}
      {check.isSuccess && (
        <Result
          checked={check.data}
          position={entry.position}
          onRemember={() => {
            if (check.data.stranger !== null) rememberLog(origin, check.data.stranger, new Date());
            check.mutate();
          }}
        />
      )}
    </section>
  );
}

type ResultProps = { checked: CheckedEntry; position: number; onRemember: () => void };

function Result({ checked, position, onRemember }: ResultProps) {
  const { verdict, steps, text, stranger } = checked;
  return (
    <div className={classes['result']} data-verdict={verdict}>
      <p className={classes['verdict']} role="status">
        <Mark verdict={verdict} />
        {VERDICTS[verdict]}
      </p>
      <ol className={classes['steps']} aria-label="The way of the proof">
        {steps.map((step) => (
          <StepItem key={step.name} step={step} />
        ))}
      </ol>
      {stranger !== null && (
        <Button variant="default" size="xs" onClick={onRemember}>
          I compared the key: remember it
        </Button>
      )}
      <p className={classes['note']}>
        Open Key and compare it with the one you noted. The page that checks comes from the same server; to do without
        it, save the proof and run <code>strongroom verify receipt</code>.
      </p>
      <Button
        variant="default"
        size="xs"
        onClick={() => saveAs(`proof-${position}.json`, new Blob([text], { type: 'application/json' }))}
      >
        Save the proof
      </Button>
    </div>
  );
}

function StepItem({ step }: { step: ProofStep }) {
  const head = (
    <>
      <Mark verdict={step.verdict} />
      <span className={classes['name']}>{step.name}</span>
      <span className={classes['line']}>{step.says}</span>
    </>
  );
  return (
    <li data-verdict={step.verdict}>
      {step.facts.length === 0 ? (
        <div className={classes['head']}>{head}</div>
      ) : (
        <details>
          <summary className={classes['head']}>
            {head}
            <IconChevronRight size={16} className={classes['open']} aria-hidden />
          </summary>
          <dl className={classes['facts']}>
            {step.facts.map(([name, value]) => [<dt key={`${name}-name`}>{name}</dt>, <dd key={name}>{value}</dd>])}
          </dl>
          {step.name === 'Key' && <CopyKey text={step.facts[0]?.[1] ?? ''} />}
        </details>
      )}
    </li>
  );
}

function CopyKey({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="xs" variant="default" className={classes['copy'] ?? ''} onClick={copy}>
          {copied ? 'Copied' : 'Copy the key'}
        </Button>
      )}
    </CopyButton>
  );
}

function Mark({ verdict }: { verdict: Verdict }) {
  const Icon = icons[verdict];
  return (
    <span className={classes['mark']} data-verdict={verdict} role="img" aria-label={MARKS[verdict]}>
      <Icon size={12} stroke={3} aria-hidden />
    </span>
  );
}

/** As high as what comes. */
function Waiting() {
  return (
    <div className={classes['result']} role="status" aria-label="Checking">
      <div className={classes['verdict']}>
        <Skeleton height={20} width={160} />
      </div>
      <ol className={classes['steps']}>
        {STEPS.map((name) => (
          <li key={name}>
            <div className={classes['head']}>
              <Skeleton height={20} circle />
              <span className={classes['name']}>{name}</span>
              <Skeleton height={12} width="55%" />
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}
