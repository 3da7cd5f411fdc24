import * as Plot from '@observablehq/plot';
import type { ChartData, ChartKind } from './choose.ts';

type Drawing = { kind: ChartKind; data: ChartData; x: string; y: string; width: number; height: number };

const LETTER_WIDTH = 7.2;
const LABEL_WIDTH_MAX = 180;

/**
 * An SVG whose colours are the theme's variables, so that it is right in both schemes.
 * Plot puts a style element into it, which the page's policy would refuse; chart.module.css does its work instead.
 */
export function drawChart(drawing: Drawing): Element {
  const plot = Plot.plot(
    drawing.kind === 'bar' ? bars(drawing) : drawing.kind === 'line' ? lines(drawing) : points(drawing),
  );
  for (const style of plot.querySelectorAll('style')) style.remove();
  // The drawing is one image with one label; Plot's own labels on groups are not allowed to have any.
  for (const group of plot.querySelectorAll('g[aria-label]')) group.removeAttribute('aria-label');
  return plot;
}

const title = (name: string): string => name.replaceAll('_', ' ');
const compact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

function bars({ data, y, width, height }: Drawing): Plot.PlotOptions {
  // By the names that stand there, not by the column's: that one is in the list above the chart.
  const longest = Math.max(...data.points.map((point) => String(point.x).length));
  const numbers = Math.max(...data.points.map((point) => compact.format(point.y).length));
  const marginLeft = Math.min(LABEL_WIDTH_MAX, Math.max(40, longest * LETTER_WIDTH + 16));
  const marginRight = numbers * LETTER_WIDTH + 16;
  return {
    width,
    height,
    marginLeft,
    marginRight,
    marginTop: 8,
    marginBottom: 40,
    x: {
      label: `${title(y)} →`,
      labelAnchor: 'right',
      labelArrow: 'none',
      ticks: Math.max(2, Math.floor((width - marginLeft - marginRight) / 100)),
      grid: true,
      nice: true,
    },
    y: {
      label: null,
      domain: [...new Set(data.points.map((point) => String(point.x)))],
      tickSize: 0,
      padding: 0.25,
      tickFormat: (name: string) => shortened(name),
    },
    marks: [
      Plot.barX(data.points, {
        y: (point) => String(point.x),
        x: 'y',
        fill: 'var(--sr-series-1)',
        rx: 2,
        title: (point) => `${point.x}: ${compact.format(point.y)}`,
      }),
      Plot.text(data.points, {
        y: (point) => String(point.x),
        x: 'y',
        text: (point) => compact.format(point.y),
        dx: 6,
        textAnchor: 'start',
        fill: 'currentColor',
      }),
      Plot.ruleX([0], { stroke: 'var(--sr-line-strong)' }),
    ],
  };
}

function lines({ data, x, y, width, height }: Drawing): Plot.PlotOptions {
  const names = [...new Set(data.points.map((point) => point.series))];
  const colour = (name: string): string => `var(--sr-series-${(names.indexOf(name) % 8) + 1})`;
  const several = names.length > 1;
  const last = names
    .map((name) => data.points.findLast((point) => point.series === name))
    .filter((point) => point !== undefined);
  const category = typeof data.points[0]?.x === 'string';
  return {
    width,
    height,
    ...margins(data, several ? Math.min(120, Math.max(...names.map((name) => name.length)) * LETTER_WIDTH + 16) : 24),
    x: {
      label: `${title(x)} →`,
      labelArrow: 'none',
      ...(category ? { type: 'point' as const } : {}),
      ...(data.xIsTime ? { type: 'utc' as const } : {}),
      ...(typeof data.points[0]?.x === 'number' ? { tickFormat: String } : {}),
      ticks: Math.max(2, Math.floor(width / 110)),
    },
    y: {
      label: `↑ ${title(y)}`,
      labelArrow: 'none',
      grid: true,
      nice: true,
      ticks: 5,
      zero: data.points.every((point) => point.y >= 0),
    },
    marks: [
      Plot.ruleY([0], { stroke: 'var(--sr-line-strong)' }),
      Plot.lineY(data.points, {
        x: 'x',
        y: 'y',
        z: 'series',
        stroke: (point) => colour(point.series),
        strokeWidth: 2,
        curve: 'linear',
      }),
      ...(data.points.length <= 60
        ? [Plot.dot(data.points, { x: 'x', y: 'y', fill: (point) => colour(point.series), r: 3, title: labelOf })]
        : []),
      ...(several
        ? [
            Plot.text(last, {
              x: 'x',
              y: 'y',
              text: 'series',
              dx: 8,
              textAnchor: 'start',
              fill: (point) => colour(point.series),
            }),
          ]
        : []),
    ],
    color: { type: 'identity' },
  };
}

function points({ data, x, y, width, height }: Drawing): Plot.PlotOptions {
  return {
    width,
    height,
    ...margins(data, 24),
    x: {
      label: `${title(x)} →`,
      labelArrow: 'none',
      grid: true,
      nice: true,
      ticks: Math.max(2, Math.floor(width / 110)),
    },
    y: { label: `↑ ${title(y)}`, labelArrow: 'none', grid: true, nice: true, ticks: 5 },
    marks: [
      Plot.dot(data.points, {
        x: 'x',
        y: 'y',
        r: data.points.length > 500 ? 2 : 3.5,
        fill: 'var(--sr-series-1)',
        fillOpacity: 0.6,
        title: labelOf,
      }),
    ],
  };
}

function margins(data: ChartData, marginRight: number) {
  const widest = Math.max(...data.points.map((point) => compact.format(Math.round(point.y)).length));
  return { marginLeft: Math.max(40, widest * LETTER_WIDTH + 24), marginRight, marginTop: 28, marginBottom: 40 };
}

function labelOf(point: { x: string | number | Date; y: number; series: string }): string {
  const x =
    point.x instanceof Date
      ? point.x.toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '')
      : String(point.x);
  return `${point.series === '' ? '' : `${point.series}, `}${x}: ${compact.format(point.y)}`;
}

function shortened(name: string): string {
  const letters = Math.floor((LABEL_WIDTH_MAX - 16) / LETTER_WIDTH);
  return name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
}
