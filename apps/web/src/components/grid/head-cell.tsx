import { TextInput, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useRef } from 'react';
import type { Rows } from '../../api/rows.ts';
import { visible } from '../visible.ts';
import { isNumeric, type Sort } from './arrange.ts';
import classes from './grid.module.css';

type HeadCellProps = {
  rows: Rows;
  column: number;
  left: number;
  width: number;
  sort: Sort['direction'] | null;
  filter: string | null;
  onSort: () => void;
  onFilter: (text: string) => void;
  onResize: (width: number) => void;
};

/** The head of a column: sorts when clicked, filters when asked, resizes by its edge. */
export function HeadCell({ rows, column, left, width, sort, filter, onSort, onFilter, onResize }: HeadCellProps) {
  const described = rows.columns[column];
  if (described === undefined) return null;
  return (
    <div
      role="columnheader"
      aria-colindex={column + 1}
      aria-sort={sort ?? 'none'}
      className={classes['headCell']}
      style={{ left, width }}
    >
      <Tooltip label={described.type}>
        <button
          type="button"
          tabIndex={-1}
          className={classes['sort']}
          data-numeric={isNumeric(described.kind)}
          onClick={onSort}
        >
          <span>{visible(described.name)}</span>
          {sort === 'ascending' && <IconArrowUp size={14} aria-hidden />}
          {sort === 'descending' && <IconArrowDown size={14} aria-hidden />}
        </button>
      </Tooltip>
      {filter !== null && (
        <TextInput
          size="xs"
          className={classes['filter'] ?? ''}
          aria-label={`Filter ${described.name}`}
          placeholder={isNumeric(described.kind) ? '> 100' : 'contains'}
          value={filter}
          onChange={(event) => onFilter(event.currentTarget.value)}
        />
      )}
      <ResizeHandle name={described.name} width={width} onResize={onResize} />
    </div>
  );
}

const WIDTH_MIN = 64;
const WIDTH_MAX = 1200;

function ResizeHandle({ name, width, onResize }: { name: string; width: number; onResize: (width: number) => void }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const clamp = (wanted: number): number => Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, wanted));
  return (
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${name}`}
      aria-valuenow={width}
      aria-valuemin={WIDTH_MIN}
      aria-valuemax={WIDTH_MAX}
      tabIndex={0}
      className={classes['resize']}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={(event) => {
        if (from.current !== null) onResize(clamp(from.current.width + event.clientX - from.current.x));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.preventDefault();
        event.stopPropagation();
        onResize(clamp(width + (event.key === 'ArrowRight' ? 16 : -16)));
      }}
    />
  );
}
