import type { Node } from '@pgsql/types';

/** Where a node stood in the text. They change when a tree is printed, and mean nothing. */
const PLACES = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
]);

export function isPlace(field: string): boolean {
  return PLACES.has(field);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The one key of `{ SelectStmt: {…} }`, or null for anything else. */
export function nodeType(node: unknown): string | null {
  if (!isObject(node)) return null;
  const keys = Object.keys(node);
  return keys.length === 1 && /^[A-Z]/.test(keys[0]!) ? keys[0]! : null;
}

export function text(node: Node | undefined): string {
  if (node !== undefined && 'String' in node) return node.String.sval ?? '';
  throw new Error('expected a name');
}

/** How deep objects and arrays of a tree go; counts without recursion, for trees of any depth. */
export function depthOf(tree: unknown): number {
  let depth = 0;
  let level: unknown[] = [tree];
  while (level.length > 0) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const child of Array.isArray(value) ? value : Object.values(value)) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    depth += 1;
    level = next;
  }
  return depth;
}

/** Equal but for places. */
export function sameTree(a: unknown, b: unknown): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => sameTree(value, b[index]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const fields = Object.keys(a).filter((field) => !isPlace(field) && a[field] !== undefined);
  const others = Object.keys(b).filter((field) => !isPlace(field) && b[field] !== undefined);
  return (
    fields.length === others.length && fields.every((field) => Object.hasOwn(b, field) && sameTree(a[field], b[field]))
  );
}

/** Calls `visit` for every node, parents first. */
export function eachNode(tree: unknown, visit: (type: string, node: Record<string, unknown>) => void): void {
  if (Array.isArray(tree)) {
    for (const value of tree) eachNode(value, visit);
  } else if (isObject(tree)) {
    for (const [field, value] of Object.entries(tree)) {
      if (/^[A-Z]/.test(field) && isObject(value)) visit(field, value);
      eachNode(value, visit);
    }
  }
}

/** Turns `node` into `other` where it stands. */
export function become(node: Node, other: Node): void {
  for (const key of Object.keys(node)) delete (node as Record<string, unknown>)[key];
  Object.assign(node, other);
}
