import type { Node } from '@pgsql/types';
import { literal } from './build-tree.ts';
import { notAllowed } from './refusal.ts';
import { isObject, nodeType } from './tree.ts';

export type ParameterValue = string | number | boolean | null;

/** Puts the values of `$1`, `$2`, … into the tree as constants. Returns how many places were filled. Changes `tree`. */
export function bindParameters(tree: unknown, values: readonly ParameterValue[]): number {
  let bound = 0;
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isObject(node) && nodeType(node) === 'ParamRef') {
      Object.assign(node, parameter(node as { ParamRef: { number?: number } }, values));
      delete node['ParamRef'];
      bound += 1;
    } else if (typeof node === 'object' && node !== null) {
      pending.push(...Object.values(node).filter((value) => typeof value === 'object'));
    }
  }
  return bound;
}

function parameter(node: { ParamRef: { number?: number } }, values: readonly ParameterValue[]): Node {
  const number = node.ParamRef.number ?? 0;
  const value = values[number - 1];
  if (value === undefined) throw notAllowed(`parameter $${number} without a value`);
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
    throw notAllowed(`parameter $${number} that is not text`);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw notAllowed(`parameter $${number} that is not a number`);
  return literal(value);
}
