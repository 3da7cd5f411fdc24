import { Menu, Button, SegmentedControl, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconChevronDown, IconDownload, IconFilter } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { chooseChart } from '../../components/chart/choose.ts';
import { csvPieces } from '../../components/grid/csv.ts';
import { saveAs } from '../../components/save-as.ts';
import { readRules } from '../../components/sql/rules.ts';
import { count, milliseconds } from '../../components/words.ts';
import type { AnswerState } from './answers.ts';
import classes from './ask.module.css';
import { Outcome } from './outcome.tsx';
import type { Way } from './way.ts';

const Chart = lazy(async () => ({ default: (await import('../../components/chart/chart.tsx')).Chart }));
const Grid = lazy(async () => ({ default: (await import('../../components/grid/grid.tsx')).Grid }));

type View = 'both' | 'chart' | 'grid';

/** The rows: their figures, a chart when one fits, the grid. */
export function ResultView({ answer, way }: { answer: AnswerState; way: Way }) {
  const [view, setView] = useState<View>('both');
  const done = answer.phase === 'done';
  const rows = answer.rows;
  const suggestion = useMemo(() => (done && rows !== null ? chooseChart(rows) : null), [done, rows]);
  // INVARIANT: only a completed query says that nothing matched; a cancelled or broken one knows nothing of it.
  if (done && (rows === null || (rows.count === 0 && way.completion === null)))
    return <Outcome says={answer.cancelled ? 'Cancelled before any row arrived.' : 'No row arrived.'} />;
  const empty = done && rows?.count === 0;

  return (
    <>
      <div className={classes['status']} role="status">
        <Figures answer={answer} way={way} />
        {rows !== null && rows.count > 0 && done && (
          <>
            {suggestion !== null && (
              <SegmentedControl
                size="xs"
                value={view}
                onChange={(next) => setView(next)}
                aria-label="Show"
                data={[
                  { value: 'both', label: 'Both' },
                  { value: 'chart', label: 'Chart' },
                  { value: 'grid', label: 'Grid' },
                ]}
              />
            )}
            <Menu position="bottom-end">
              <Menu.Target>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconDownload size={14} />}
                  rightSection={<IconChevronDown size={14} />}
                >
                  Download
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  onClick={() =>
                    saveAs(
                      'answer.csv',
                      new Blob([...csvPieces(rows, null, { formulaSafe: false })], { type: 'text/csv;charset=utf-8' }),
                    )
                  }
                >
                  CSV, exact values
                </Menu.Item>
                <Menu.Item
                  onClick={() =>
                    saveAs(
                      'answer.csv',
                      new Blob([...csvPieces(rows, null, { formulaSafe: true })], { type: 'text/csv;charset=utf-8' }),
                    )
                  }
                >
                  CSV for spreadsheets, formulas disarmed
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        )}
      </div>
      {empty && <Outcome {...emptyWords(way)} />}
      {!done && (rows === null || rows.count === 0) && <Skeleton height={320} radius="md" />}
      {rows !== null && rows.count > 0 && (
        <Suspense fallback={<Skeleton height={320} radius="md" />}>
          {suggestion !== null && view !== 'grid' && <Chart rows={rows} suggestion={suggestion} />}
          {(view !== 'chart' || suggestion === null) && <Grid rows={rows} />}
        </Suspense>
      )}
    </>
  );
}

function Figures({ answer, way }: { answer: AnswerState; way: Way }) {
  const total = answer.rows?.count ?? 0;
  const { completion } = way;
  if (answer.phase === 'asking')
    return <span className={classes['figures']}>{total === 0 ? 'Asking' : `${count(total, 'row')} so far`}</span>;
  const parts = [milliseconds(completion?.elapsedMs ?? 0), way.source ?? ''].filter((part) => part !== '');
  return (
    <span className={classes['figures']}>
      {completion?.outcome === 'filtered' ? (
        <strong>No row came back</strong>
      ) : (
        <>
          <strong>{count(total, 'row')}</strong>
          {' · '}
          <Completeness answer={answer} way={way} />
        </>
      )}
      {readRules(way.rules).filtered.length > 0 && (
        <>
          {' · '}
          <span className={classes['filtered']}>
            <IconFilter size={14} aria-hidden />
            rows filtered for you
          </span>
        </>
      )}
      {completion !== null && ` · ${parts.join(' · ')}`}
    </span>
  );
}

function Completeness({ answer, way }: { answer: AnswerState; way: Way }) {
  if (way.completion?.complete === true) return 'complete';
  return (
    <span className={classes['amber']}>
      <IconAlertTriangle size={14} aria-hidden />
      not complete: {incomplete(answer, way)}
    </span>
  );
}

function incomplete(answer: AnswerState, way: Way): string {
  if (way.completion?.limit === 'rows') return 'row limit met';
  if (way.completion?.limit === 'bytes') return 'size limit met';
  return answer.cancelled ? 'you cancelled' : 'it broke off';
}

/** INVARIANT: nothing coming back through a row filter never reads as if there were no data. */
function emptyWords(way: Way): { says: string; more: string } {
  if (way.completion?.outcome === 'filtered')
    return {
      says: 'Nothing came back, and a row filter applied to you.',
      more: 'There may be rows that you are not shown, so this does not say that there are none.',
    };
  const isMasked = readRules(way.rules).masked.length > 0;
  return {
    says: 'The query ran, and no row matched.',
    more: isMasked
      ? 'A masked column is compared as you see it, so its real values match nothing.'
      : 'Try a wider filter or another spelling.',
  };
}
