import type { Node, WindowDef } from '@pgsql/types';
import { notSupportedHere } from './refusal.ts';

/** How the parts of a window are written. */
export type WindowParts = {
  expression: (node: Node | undefined) => string;
  sort: (nodes: Node[] | undefined) => string;
  identifier: (name: string) => string;
};

/** What stands in the parentheses of OVER and WINDOW, with them. */
export function printWindow(definition: WindowDef, { expression, sort, identifier }: WindowParts): string {
  // Bits of `frameOptions` (parsenodes.h); anything but the default frame and those counted in whole rows is refused.
  const frame = frameText(definition, expression);
  const parts = [
    ...(definition.refname === undefined ? [] : [identifier(definition.refname)]),
    ...(definition.partitionClause === undefined
      ? []
      : [`PARTITION BY ${(definition.partitionClause ?? []).map(expression).join(', ')}`]),
    ...(definition.orderClause === undefined ? [] : [`ORDER BY ${sort(definition.orderClause)}`]),
    ...(frame === '' ? [] : [frame]),
  ];
  return `(${parts.join(' ')})`;
}

function frameText(definition: WindowDef, expression: WindowParts['expression']): string {
  const options = definition.frameOptions ?? 0;
  if ((options & 0x1) === 0) return '';
  const unit = (options & 0x4) !== 0 ? 'ROWS' : (options & 0x8) !== 0 ? 'GROUPS' : 'RANGE';
  if ((options & ~0x7fff) !== 0) throw notSupportedHere('EXCLUDE');
  const edge = (
    unboundedPreceding: number,
    unboundedFollowing: number,
    current: number,
    preceding: number,
    offset: Node | undefined,
  ): string =>
    (options & unboundedPreceding) !== 0
      ? 'UNBOUNDED PRECEDING'
      : (options & unboundedFollowing) !== 0
        ? 'UNBOUNDED FOLLOWING'
        : (options & current) !== 0
          ? 'CURRENT ROW'
          : `${expression(offset)} ${(options & preceding) !== 0 ? 'PRECEDING' : 'FOLLOWING'}`;
  const start = edge(0x20, 0x80, 0x200, 0x800, definition.startOffset);
  const end = edge(0x40, 0x100, 0x400, 0x1000, definition.endOffset);
  return `${unit} BETWEEN ${start} AND ${end}`;
}
