import ts from 'typescript';
import { type Finding, findNodes } from './source-files.ts';

/** Casts (`as X`, `<X>y`) that mention the type `name` anywhere in them. */
export function findCasts(source: ts.SourceFile, name: string): Finding[] {
  return findNodes(
    source,
    (node) => (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) && mentions(node.type, name),
  );
}

function mentions(type: ts.Node, name: string): boolean {
  if (ts.isIdentifier(type) && type.text === name) return true;
  return ts.forEachChild(type, (child) => mentions(child, name) || undefined) === true;
}

/** Uses of a member `name` of anything: called, passed on or taken out of it. */
export function findMemberUses(source: ts.SourceFile, name: string): Finding[] {
  return findNodes(
    source,
    (node) =>
      (ts.isPropertyAccessExpression(node) && node.name.text === name) ||
      (ts.isElementAccessExpression(node) &&
        ts.isStringLiteralLike(node.argumentExpression) &&
        node.argumentExpression.text === name) ||
      (ts.isBindingElement(node) && (node.propertyName ?? node.name).getText(source) === name),
  );
}

/** Calls of the global function `name`. */
export function findCalls(source: ts.SourceFile, name: string): Finding[] {
  return findNodes(
    source,
    (node) => ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name,
  );
}
