import { IconCopy, IconFilter } from '@tabler/icons-react';
import { Button, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Rows } from '../../api/rows.ts';
import { count, number } from '../words.ts';
import { arrange, isNumeric, type Sort } from './arrange.ts';
import { tabSeparated } from './csv.ts';
import { formatFor, widthFor } from './format.ts';
import classes from './grid.module.css';
import { type Range, type Selection, extend, moved, rangeOf } from './selection.ts';
import { HeadCell } from './head-cell.tsx';
import { useRowWindow } from './use-row-window.ts';

const ROW_HEIGHT = 32;
const ROWS_SHOWN_MAX = 15;
const COPY_CELLS_MAX = 1_000_000;

/** Millions of rows: only what is in view is in the page. Sorts, filters and copies in this tab. */
export function Grid({ rows }: { rows: Rows }) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<Sort | null>(null);
  const [filters, setFilters] = useState<ReadonlyMap<number, string>>(new Map());
  const [filtering, setFiltering] = useState(false);
  const [selection, setSelection] = useState<Selection>({ row: 0, column: 0, anchorRow: 0, anchorColumn: 0 });
  const [told, setTold] = useState('');
  const wantedFilters = useDeferredValue(filters);
  const order = useMemo(() => arrange(rows, sort, wantedFilters), [rows, sort, wantedFilters]);
  const total = order?.length ?? rows.count;

  const formats = useMemo(() => rows.columns.map((_, column) => formatFor(rows, column)), [rows]);
  const natural = useMemo(
    () => rows.columns.map((_, column) => widthFor(rows, column, formats[column] ?? String)),
    [rows, formats],
  );
  const [resized, setResized] = useState<ReadonlyMap<number, number>>(new Map());
  const widthOf = (column: number): number => resized.get(column) ?? natural[column] ?? 120;
  const digits = String(rows.count).length;
  const gutter = Math.max(48, digits * 9 + 24);

  const window_ = useRowWindow(scroller, total, ROW_HEIGHT);
  const columnsInView = useVirtualizer({
    horizontal: true,
    count: rows.columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: widthOf,
    overscan: 2,
    scrollPaddingStart: gutter,
  });
  useEffect(() => columnsInView.measure(), [resized, natural, columnsInView]);

  const range = rangeOf(selection);
  const rowAt = useCallback((position: number) => order?.[position] ?? position, [order]);

  const copy = async (what: Range): Promise<void> => {
    const cells = (what.bottom - what.top + 1) * (what.right - what.left + 1);
    if (cells > COPY_CELLS_MAX) return setTold(`Too much to copy: ${number(cells)} cells. Download the CSV instead.`);
    const table = [];
    if (what.bottom > what.top) table.push(rows.columns.slice(what.left, what.right + 1).map((column) => column.name));
    for (let row = what.top; row <= what.bottom; row += 1) {
      table.push(
        Array.from({ length: what.right - what.left + 1 }, (_, index) => rows.at(rowAt(row), what.left + index)),
      );
    }
    await navigator.clipboard.writeText(tabSeparated(table)).then(
      () => setTold(`Copied ${count(cells, 'cell')}`),
      () => setTold('This browser did not allow copying'),
    );
  };

  const moveTo = (next: Selection): void => {
    setSelection(next);
    window_.show(next.row);
    columnsInView.scrollToIndex(next.column);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      event.preventDefault();
      return void copy(range);
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      return setSelection({ row: total - 1, column: rows.columns.length - 1, anchorRow: 0, anchorColumn: 0 });
    }
    if (event.key === 'Enter') return toggleSort(selection.column);
    const next = moved(selection, event, {
      rows: total,
      columns: rows.columns.length,
      page: Math.max(1, window_.perPage - 1),
    });
    if (next === null) return;
    event.preventDefault();
    moveTo(next);
  };

  const toggleSort = (column: number): void => {
    setSort((now) => {
      if (now?.column !== column)
        return { column, direction: isNumeric(rows.columns[column]?.kind ?? 'text') ? 'descending' : 'ascending' };
      const first = isNumeric(rows.columns[column]?.kind ?? 'text') ? 'descending' : 'ascending';
      return now.direction === first ? { column, direction: first === 'ascending' ? 'descending' : 'ascending' } : null;
    });
    window_.show(0);
  };

  const totalWidth = gutter + columnsInView.getTotalSize();
  const headHeight = ROW_HEIGHT + 4 + (filtering ? 40 : 0);
  const visible = columnsInView.getVirtualItems();

  return (
    <div className={classes['grid']}>
      <div className={classes['tools']}>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconFilter size={14} />}
          aria-pressed={filtering}
          onClick={() => {
            setFiltering(!filtering);
            setFilters(new Map());
          }}
        >
          {filtering ? 'Clear filters' : 'Filter'}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconCopy size={14} />}
          onClick={() => void copy({ top: 0, left: 0, bottom: Math.max(0, total - 1), right: rows.columns.length - 1 })}
        >
          Copy all
        </Button>
        <Text size="xs" c="dimmed" role="status" ml="auto">
          {told !== ''
            ? told
            : order !== null && total !== rows.count
              ? `${number(total)} of ${count(rows.count, 'row')}`
              : ''}
        </Text>
      </div>
      <div
        ref={scroller}
        className={classes['scroller']}
        role="grid"
        tabIndex={0}
        aria-label="Rows"
        aria-rowcount={total + 1}
        aria-colcount={rows.columns.length}
        aria-multiselectable
        aria-activedescendant={
          window_.includes(selection.row) ? `${id}-${selection.row}-${selection.column}` : undefined
        }
        onKeyDown={onKeyDown}
        style={{ height: headHeight + Math.min(Math.max(total, 1), ROWS_SHOWN_MAX) * ROW_HEIGHT + 2 }}
      >
        <div
          className={classes['sheet']}
          role="presentation"
          style={{ width: totalWidth, height: headHeight + window_.height }}
        >
          <div className={classes['head']} role="rowgroup" style={{ height: headHeight, width: totalWidth }}>
            <div role="row" aria-rowindex={1}>
              <div className={classes['corner']} role="presentation" style={{ width: gutter, height: headHeight }} />
              {visible.map(({ index, start }) => (
                <HeadCell
                  key={index}
                  rows={rows}
                  column={index}
                  left={gutter + start}
                  width={widthOf(index)}
                  sort={sort?.column === index ? sort.direction : null}
                  filter={filtering ? (filters.get(index) ?? '') : null}
                  onSort={() => toggleSort(index)}
                  onFilter={(text) => setFilters(new Map(filters).set(index, text))}
                  onResize={(width) => setResized(new Map(resized).set(index, width))}
                />
              ))}
            </div>
          </div>
          <div
            role="rowgroup"
            className={classes['body']}
            style={{ transform: `translateY(${window_.offset}px)`, width: totalWidth }}
          >
            {Array.from({ length: window_.last - window_.first }, (_, index) => window_.first + index).map(
              (position) => (
                <div
                  key={position}
                  role="row"
                  aria-rowindex={position + 2}
                  className={classes['row']}
                  style={{ height: ROW_HEIGHT }}
                >
                  <div role="presentation" className={classes['number']} style={{ width: gutter }} aria-hidden>
                    {number(position + 1)}
                  </div>
                  {visible.map(({ index, start }) => {
                    const value = rows.at(rowAt(position), index);
                    const chosen =
                      position >= range.top && position <= range.bottom && index >= range.left && index <= range.right;
                    return (
                      <div
                        key={index}
                        id={`${id}-${position}-${index}`}
                        role="gridcell"
                        aria-colindex={index + 1}
                        aria-selected={chosen}
                        className={classes['cell']}
                        data-numeric={isNumeric(rows.columns[index]?.kind ?? 'text')}
                        data-null={value === null}
                        data-active={position === selection.row && index === selection.column}
                        style={{ left: gutter + start, width: widthOf(index) }}
                        title={value === null ? 'NULL' : String(value)}
                        onPointerDown={(event) =>
                          setSelection(
                            event.shiftKey
                              ? extend(selection, position, index)
                              : { row: position, column: index, anchorRow: position, anchorColumn: index },
                          )
                        }
                        onPointerEnter={(event) => {
                          if (event.buttons === 1) setSelection(extend(selection, position, index));
                        }}
                      >
                        {value === null ? '—' : formats[index]?.(value)}
                      </div>
                    );
                  })}
                </div>
              ),
            )}
          </div>
          {total === 0 && (
            <div className={classes['none']} style={{ top: headHeight }}>
              No row passes the filters.
            </div>
          )}
        </div>
      </div>
    </div>
  );
}
