import { Button, Menu, Select, Skeleton } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Rows } from '../../api/rows.ts';
import { formatFor } from '../grid/format.ts';
import { count } from '../words.ts';
import { type ChartChoice, type ChartKind, changeKind, chartData, roleOf } from './choose.ts';
import classes from './chart.module.css';
import { saveImage, saveVector } from './export.ts';

const KINDS: { value: ChartKind; label: string }[] = [
  { value: 'bar', label: 'Bars' },
  { value: 'line', label: 'Line' },
  { value: 'scatter', label: 'Scatter' },
  { value: 'number', label: 'One number' },
];

/** A fitting chart of an answer, which a person can change. Drawn in the tab. */
export function Chart({ rows, suggestion }: { rows: Rows; suggestion: ChartChoice }) {
  const [picked, setPicked] = useState<{ suggestion: ChartChoice; choice: ChartChoice } | null>(null);
  const choice = picked?.suggestion === suggestion ? picked.choice : suggestion;
  const change = (next: ChartChoice): void => setPicked({ suggestion, choice: next });
  const drawing = useRef<HTMLDivElement>(null);

  const named = (roles: readonly string[]) =>
    rows.columns.flatMap((column, index) =>
      roles.includes(roleOf(column)) ? [{ value: String(index), label: column.name }] : [],
    );
  const measures = named(['measure']);
  const positions = named(choice.kind === 'scatter' ? ['measure', 'time'] : ['time', 'category', 'measure']);
  const svg = () => drawing.current?.querySelector('svg') ?? null;

  return (
    <figure className={classes['chart']}>
      <div className={classes['tools']}>
        <Select
          size="xs"
          aria-label="Kind of chart"
          data={KINDS}
          value={choice.kind}
          onChange={(kind) => kind !== null && change(changeKind(rows, choice, kind))}
        />
        {measures.length > 1 && (
          <Select
            size="xs"
            aria-label="Measure"
            data={measures}
            value={String(choice.y)}
            onChange={(y) => y !== null && change({ ...choice, y: Number(y) })}
          />
        )}
        {choice.kind !== 'number' && positions.length > 1 && (
          <Select
            size="xs"
            aria-label={choice.kind === 'scatter' ? 'Against' : 'By'}
            data={positions}
            value={String(choice.x)}
            onChange={(x) => x !== null && change({ ...choice, x: Number(x) })}
          />
        )}
        {choice.kind !== 'number' && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button ml="auto" variant="subtle" color="gray" size="xs" leftSection={<IconDownload size={14} />}>
                Image
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => void saveImage(svg())}>PNG</Menu.Item>
              <Menu.Item onClick={() => saveVector(svg())}>SVG</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <div ref={drawing}>
        {choice.kind === 'number' ? <OneNumber rows={rows} choice={choice} /> : <Drawing rows={rows} choice={choice} />}
      </div>
    </figure>
  );
}

function OneNumber({ rows, choice }: { rows: Rows; choice: ChartChoice }) {
  const label = choice.x === -1 ? '' : `${String(rows.at(0, choice.x) ?? '')} · `;
  return (
    <div className={classes['number']}>
      <strong>{formatFor(rows, choice.y)(rows.at(0, choice.y)) || 'none'}</strong>
      <span>
        {label}
        {(rows.columns[choice.y]?.name ?? '').replaceAll('_', ' ')}
      </span>
    </div>
  );
}

function Drawing({ rows, choice }: { rows: Rows; choice: ChartChoice }) {
  const { ref, width } = useElementSize();
  const holder = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(false);
  const data = useMemo(() => chartData(rows, choice), [rows, choice]);
  const x = rows.columns[choice.x]?.name ?? '';
  const y = rows.columns[choice.y]?.name ?? '';
  const height = choice.kind === 'bar' ? Math.max(120, data.points.length * 28 + 48) : 320;

  useEffect(() => {
    let current = true;
    if (width === 0) return undefined;
    void import('./draw.ts').then(({ drawChart }) => {
      if (!current) return;
      holder.current?.replaceChildren(drawChart({ kind: choice.kind, data, x, y, width, height }));
      setDrawn(true);
    });
    return () => {
      current = false;
    };
  }, [choice.kind, data, x, y, width, height]);

  return (
    <div ref={ref} className={classes['drawing']} style={{ minHeight: height }}>
      {!drawn && <Skeleton height={height} />}
      <div
        ref={holder}
        role="img"
        aria-label={`${KINDS.find(({ value }) => value === choice.kind)?.label}: ${y} by ${x}, ${count(data.points.length, 'point')}. The same values are in the grid.`}
      />
      {data.of !== null && (
        <figcaption className={classes['note']}>
          Drawn:{' '}
          {choice.kind === 'bar'
            ? `the ${data.points.length} largest`
            : `${count(data.points.length, 'row')}, evenly picked,`}{' '}
          of {count(data.of, 'row')}
        </figcaption>
      )}
    </div>
  );
}
