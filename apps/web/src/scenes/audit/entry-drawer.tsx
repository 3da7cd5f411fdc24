import { Drawer, Skeleton } from '@mantine/core';
import type { LedgerEntry } from '@strongroom/protocol';
import { useQuery } from '@tanstack/react-query';
import { readEntry } from '../../api/verbs.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { moment, number } from '../../components/words.ts';
import classes from './audit.module.css';
import { CheckHere } from './check-here.tsx';
import { ClosedMark, whyClosed } from './closed-mark.tsx';
import { OutcomeMark } from './outcome-mark.tsx';

/** One entry, whole. A receipt of an answer leads here. */
export function EntryDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const entry = useQuery({
    queryKey: ['ledger-entry', id],
    queryFn: ({ signal }) => readEntry(id ?? '', { signal }),
    enabled: id !== null,
  });
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      title="Audit entry"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {entry.isPending && id !== null && <Skeleton height={320} />}
      {entry.isError && <ProblemNote problem={entry.error} onRetry={() => void entry.refetch()} />}
      {entry.data !== undefined && <Facts entry={entry.data} />}
      {entry.data !== undefined && <CheckHere key={entry.data.id} entry={entry.data} />}
    </Drawer>
  );
}

function Facts({ entry }: { entry: LedgerEntry }) {
  const plain: [string, string | null, boolean?][] = [
    ['Position', number(entry.position)],
    ['When', moment(entry.at)],
    ['Who', entry.actor?.name ?? null],
    ['Action', entry.action, true],
    ['On what', entry.resource],
    ['Decision', entry.decision && `${entry.decision.allowed ? 'allowed' : 'not allowed'}: ${entry.decision.reason}`],
    ['From', entry.address],
    ['Session', entry.session, true],
    ['Request', entry.requestId, true],
    ['Entry', entry.id, true],
  ];
  return (
    <dl className={classes['facts']}>
      {entry.state !== 'open' && (
        <>
          <dt>
            <ClosedMark state={entry.state} />
          </dt>
          <dd>{whyClosed[entry.state]}</dd>
        </>
      )}
      <dt>Outcome</dt>
      <dd>
        <OutcomeMark entry={entry} />
      </dd>
      {plain.map(
        ([name, value, mono]) =>
          value !== null && [
            <dt key={`${name}-name`}>{name}</dt>,
            <dd key={name} data-mono={mono === true}>
              {value}
            </dd>,
          ],
      )}
      {Object.entries(entry.counts ?? {}).map(([name, value]) => [
        <dt key={`${name}-name`}>{name.replaceAll('_', ' ')}</dt>,
        <dd key={name}>{number(value)}</dd>,
      ])}
    </dl>
  );
}
