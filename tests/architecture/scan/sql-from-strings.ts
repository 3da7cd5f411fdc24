import ts from 'typescript';
import { type Finding, findNodes } from './source-files.ts';

const STATEMENT =
  /^\s*(--[^\n]*\n\s*)*(select\s|with\s+\w|insert\s+into|update\s+\S+\s+set|delete\s+from|create\s+(table|role|user|database|index|view|schema|function|policy)|alter\s+(table|role|user|database)|drop\s|truncate\s|grant\s|revoke\s|copy\s+(\(|\S+\s+(to|from)\s)|declare\s+\S+\s+cursor|attach\s|explain\s)/i;
const RUNS_SQL = new Set(['query', 'execute', 'exec', 'run', 'runAndReadAll', 'stream', 'prepare', 'executeQuery']);
const UNPARAMETERED = new Set(['raw', 'lit', 'literal']);

/**
 * Promise D12: places where SQL is made by joining strings. They are: a template or a sum that starts like a statement
 * and has something spliced in; a template with splices, or a sum, handed straight to a method that runs SQL; and
 * Kysely's ways around its parameters. Kysely's `sql` tag is none: what it splices becomes a parameter.
 */
export function findSqlFromStrings(source: ts.SourceFile): Finding[] {
  return findNodes(source, (node) => isSplicedStatement(node) || isUnparametered(node) || runsSplicedText(node));
}

function isSplicedStatement(node: ts.Node): boolean {
  if (isConstant(node)) return false;
  if (ts.isTemplateExpression(node))
    return !ts.isTaggedTemplateExpression(node.parent) && STATEMENT.test(node.head.text);
  return isOutermostSum(node) && STATEMENT.test(leftmostText(node));
}

function runsSplicedText(node: ts.Node): boolean {
  if (
    !ts.isCallExpression(node) ||
    !ts.isPropertyAccessExpression(node.expression) ||
    !RUNS_SQL.has(node.expression.name.text)
  )
    return false;
  const [first] = node.arguments;
  return first !== undefined && !isConstant(first) && (ts.isTemplateExpression(first) || isOutermostSum(first));
}

function isUnparametered(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression, name } = node.expression;
  return ts.isIdentifier(expression) && expression.text === 'sql' && UNPARAMETERED.has(name.text);
}

/** A text known from this file alone: literals, and constants of the file that are such texts, put together. */
function isConstant(node: ts.Node): boolean {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return true;
  if (ts.isTemplateExpression(node)) return node.templateSpans.every((span) => isConstant(span.expression));
  if (isSum(node)) return sides(node).every(isConstant);
  if (!ts.isIdentifier(node)) return false;
  const declared = node
    .getSourceFile()
    .statements.filter((statement) => ts.isVariableStatement(statement))
    .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Const) !== 0)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find(({ name }) => ts.isIdentifier(name) && name.text === node.text);
  return declared?.initializer !== undefined && declared.initializer !== node && isConstant(declared.initializer);
}

/** A `+` of which at least one side is a text; arithmetic is none. */
function isOutermostSum(node: ts.Node): node is ts.BinaryExpression {
  if (!isSum(node) || isSum(node.parent)) return false;
  return sides(node).some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
}

function isSum(node: ts.Node): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

function sides(node: ts.Expression): ts.Expression[] {
  return isSum(node) ? [...sides(node.left), ...sides(node.right)] : [node];
}

function leftmostText(node: ts.BinaryExpression): string {
  const [first] = sides(node);
  if (first === undefined) return '';
  if (ts.isStringLiteralLike(first)) return first.text;
  return ts.isTemplateExpression(first) ? first.head.text : '';
}
