import type { A_Expr, Alias, FuncCall, JoinExpr, Node, SelectStmt, TypeName } from '@pgsql/types';
import type { NumberType } from './functions.ts';
import { momentLiteral, printInterval } from './mariadb-dates.ts';
import { type MariadbPrinter, printCall } from './mariadb-functions.ts';
import { checkTokens, exactText, identifier, literal, string } from './mariadb-text.ts';
import { numberTypeIn } from './number-type.ts';
import { outputName } from './output-name.ts';
import { constantText, listOf, printCommon, type Spelling, wholeNumber } from './print-common.ts';
import { printWindow } from './print-window.ts';
import { denied, notSupportedHere, unprintable } from './refusal.ts';
import type { Resolved } from './resolve.ts';
import type { TableFinder } from './tables.ts';
import { text } from './tree.ts';

/** As many rows as there can be: OFFSET needs a LIMIT, and a LIMIT is what neither merges nor lets a condition in. */
const ALL_ROWS = '18446744073709551615';
const SYSTEM_SCHEMAS = /^(mysql|sys|information_schema|performance_schema)$/i;
/** LEAST and GREATEST of MariaDB are NULL where one argument is; ours are written out, twice as long with each. */
const MIN_MAX_ARGUMENTS = 5;
const DECIMAL_DIGITS_MAX = 65;
const DECIMAL_PLACES_MAX = 38;

/**
 * A checked and resolved SELECT as MariaDB text that means what PostgreSQL means by the tree. Texts are compared exactly, as
 * PostgreSQL does, whatever the collation of their column: each table stands as a sub-query of the columns that are known of it, which gives texts one.
 * What MariaDB only warns of (a cast that does not fit, a division by zero) is the connector's to refuse.
 * `findTable`: finds every table that may be in the tree, with all columns it may name.
 * Throws `query/not_supported_here` for what has no equal there. Source: MariaDB 10.11 documentation.
 */
export function printMariadb(select: SelectStmt, resolved: Resolved, findTable: TableFinder): string {
  const printer: MariadbPrinter = { expression, sort: sortKeys, numberType };
  const spelling: Spelling = { expression, select: subSelect, string };
  const windowParts = { expression, sort: sortKeys, identifier };
  const printed = selectText(select, namesOf(select));
  checkTokens(printed);
  return printed;

  function numberType(node: Node | undefined): NumberType | null {
    return numberTypeIn(node, resolved.numbers);
  }

  function namesOf(node: SelectStmt): string[] {
    return (resolved.outputs.get(node) ?? []).map((column) => column.name);
  }

  /** MariaDB has no LIMIT right of IN, ANY and ALL. */
  function subSelect(node: SelectStmt, inTest: boolean): string {
    const inner = selectText(node, namesOf(node));
    if (!inTest || (node.limitCount === undefined && node.limitOffset === undefined)) return inner;
    return `SELECT * FROM (${selectText(node, uniqueNames(namesOf(node)))}) AS \`limited\``;
  }

  /** `names`: those of the output columns. */
  function selectText(node: SelectStmt, names: readonly string[]): string {
    const withText = node.withClause === undefined ? '' : `WITH ${(node.withClause.ctes ?? []).map(cte).join(', ')} `;
    const limits = limitText(node);
    if ((node.distinctClause ?? []).some((entry) => Object.keys(entry).length > 0))
      throw notSupportedHere('DISTINCT ON');
    const isPlain = node.larg === undefined && node.valuesLists === undefined && node.distinctClause === undefined;
    if (isPlain) {
      const order = node.sortClause === undefined ? '' : ` ORDER BY ${sort(node.sortClause, node.targetList ?? [])}`;
      return `${withText}${plainSelect(node, names)}${order}${limits}`;
    }
    if (node.sortClause === undefined && node.valuesLists === undefined)
      return `${withText}${body(node, names)}${limits}`;
    // Where NULLs go is an expression, and these can only be ordered by their columns: from outside.
    const inner = uniqueNames(names);
    const outer = names.map((name, index) => `\`rows\`.${identifier(inner[index]!)} AS ${identifier(name)}`);
    const order =
      node.sortClause === undefined
        ? ''
        : ` ORDER BY ${sortColumns(
            node.sortClause,
            inner.map((name) => `\`rows\`.${identifier(name)}`),
          )}`;
    return `${withText}SELECT ${outer.join(', ')} FROM (${body(node, inner)}) AS \`rows\`${order}${limits}`;
  }

  function body(node: SelectStmt, names: readonly string[]): string {
    if (node.larg !== undefined && node.rarg !== undefined) {
      const operation = node.op === 'SETOP_UNION' ? 'UNION' : node.op === 'SETOP_INTERSECT' ? 'INTERSECT' : 'EXCEPT';
      return `(${selectText(node.larg, names)}) ${operation}${node.all === true ? ' ALL' : ''} (${selectText(node.rarg, namesOf(node.rarg))})`;
    }
    return node.valuesLists === undefined ? plainSelect(node, names) : valuesText(node.valuesLists, names);
  }

  function valuesText(rows: Node[], names: readonly string[]): string {
    return rows
      .map((row) => {
        const items = (row as { List: { items?: Node[] } }).List.items ?? [];
        return `SELECT ${items.map((item, index) => `${expression(item)} AS ${identifier(names[index]!)}`).join(', ')}`;
      })
      .join(' UNION ALL ');
  }

  function plainSelect(node: SelectStmt, names: readonly string[]): string {
    const targets = (node.targetList ?? []).map((entry, index) => {
      const { name, val } = (entry as { ResTarget: { name?: string; val: Node } }).ResTarget;
      return `${expression(val)} AS ${identifier(names[index] ?? name ?? outputName(val))}`;
    });
    const parts = [`SELECT ${node.distinctClause === undefined ? '' : 'DISTINCT '}${targets.join(', ')}`];
    if (node.fromClause !== undefined) parts.push(`FROM ${node.fromClause.map(from).join(', ')}`);
    if (node.whereClause !== undefined)
      parts.push(`${node.fromClause === undefined ? 'FROM DUAL ' : ''}WHERE ${expression(node.whereClause)}`);
    if (node.groupDistinct === true) throw notSupportedHere('GROUP BY DISTINCT');
    if (node.groupClause !== undefined) parts.push(`GROUP BY ${node.groupClause.map(group).join(', ')}`);
    if (node.havingClause !== undefined) parts.push(`HAVING ${expression(node.havingClause)}`);
    if (node.windowClause !== undefined) parts.push(`WINDOW ${node.windowClause.map(namedWindow).join(', ')}`);
    return parts.join(' ');
  }

  function namedWindow(entry: Node): string {
    if (!('WindowDef' in entry)) throw unprintable();
    return `${identifier(entry.WindowDef.name ?? '')} AS ${windowText(entry.WindowDef)}`;
  }

  function windowText(definition: Parameters<typeof printWindow>[0]): string {
    const printedWindow = printWindow(definition, windowParts);
    // Ordered by two keys for one, see `sortKey`, a distance in values means nothing.
    if (
      definition.startOffset !== undefined ||
      definition.endOffset !== undefined ||
      printedWindow.includes(' GROUPS BETWEEN ')
    )
      if (((definition.frameOptions ?? 0) & 0x4) === 0)
        throw notSupportedHere('a window frame that does not count rows');
    return printedWindow;
  }

  function group(node: Node): string {
    if ('GroupingSet' in node) throw notSupportedHere('GROUPING SETS, ROLLUP and CUBE');
    return 'RowExpr' in node ? listOf(node.RowExpr.args, spelling) : expression(node);
  }

  function limitText(node: SelectStmt): string {
    const count = limitNumber(node.limitCount);
    const offset = limitNumber(node.limitOffset);
    if (offset === null) return count === null ? '' : ` LIMIT ${count}`;
    return ` LIMIT ${count ?? ALL_ROWS} OFFSET ${offset}`;
  }

  function limitNumber(node: Node | undefined): number | null {
    if (node === undefined || ('A_Const' in node && node.A_Const.isnull === true)) return null;
    const number = wholeNumber(node);
    if (number === null || number < 0) throw notSupportedHere('LIMIT and OFFSET but by a constant');
    return number;
  }

  function cte(node: Node): string {
    if (!('CommonTableExpr' in node) || node.CommonTableExpr.ctequery === undefined) throw unprintable();
    const { ctename, aliascolnames, ctequery } = node.CommonTableExpr;
    const query = (ctequery as { SelectStmt: SelectStmt }).SelectStmt;
    const names = renamedBy(namesOf(query), aliascolnames);
    return `${identifier(ctename ?? '')} AS (${selectText(query, names)})`;
  }

  function renamedBy(names: string[], given: Node[] | undefined): string[] {
    return names.map((name, index) => (given?.[index] === undefined ? name : text(given[index])));
  }

  function from(node: Node): string {
    if ('RangeVar' in node) {
      const { schemaname, relname, alias, inh } = node.RangeVar;
      if (inh !== true) throw notSupportedHere('ONLY');
      return table(schemaname, relname ?? '', alias);
    }
    if ('RangeSubselect' in node) {
      const { subquery, alias, lateral } = node.RangeSubselect;
      if (lateral === true) throw notSupportedHere('LATERAL');
      const inner = (subquery as { SelectStmt: SelectStmt }).SelectStmt;
      return `(${selectText(inner, renamedBy(namesOf(inner), alias?.colnames))}) AS ${identifier(alias?.aliasname ?? '')}`;
    }
    if ('JoinExpr' in node) return join(node.JoinExpr);
    throw notSupportedHere('that in FROM');
  }

  function table(schema: string | undefined, name: string, alias: Alias | undefined): string {
    const shown = identifier(alias?.aliasname ?? name);
    if (schema === undefined) {
      if (alias?.colnames !== undefined) throw notSupportedHere('names for the columns of a query of WITH');
      return `${identifier(name)} AS ${shown}`;
    }
    if (SYSTEM_SCHEMAS.test(schema)) throw denied();
    const found = findTable(schema, name);
    if (found === null) throw unprintable();
    const full = `${identifier(schema)}.${identifier(name)}`;
    const names = renamedBy(
      found.columns.map((column) => column.name),
      alias?.colnames,
    );
    const columns = found.columns.map((column, index) => {
      const value = `\`stored\`.${identifier(column.name)}`;
      const exact = found.texts.includes(column.name) ? exactText(value) : value;
      return `${exact} AS ${identifier(names[index]!)}`;
    });
    return `(SELECT ${columns.join(', ')} FROM ${full} AS \`stored\`) AS ${shown}`;
  }

  function join(node: JoinExpr): string {
    const kinds: Record<string, string> = { JOIN_INNER: 'JOIN', JOIN_LEFT: 'LEFT JOIN', JOIN_RIGHT: 'RIGHT JOIN' };
    const kind = kinds[node.jointype ?? ''];
    if (kind === undefined) throw notSupportedHere('FULL JOIN');
    const right = node.rarg !== undefined && 'JoinExpr' in node.rarg ? `(${from(node.rarg)})` : from(node.rarg!);
    if (node.usingClause !== undefined)
      return `${from(node.larg!)} ${kind} ${right} USING (${node.usingClause.map((name) => identifier(text(name))).join(', ')})`;
    return node.quals === undefined
      ? `${from(node.larg!)} CROSS JOIN ${right}`
      : `${from(node.larg!)} ${kind} ${right} ON ${expression(node.quals)}`;
  }

  /** ORDER BY of a plain SELECT, where a number is the place of an output column. */
  function sort(nodes: Node[], targets: Node[]): string {
    return nodes
      .map((entry) => {
        const value = (entry as { SortBy: { node: Node } }).SortBy.node;
        const target = targets[(wholeNumber(value) ?? 0) - 1];
        if (target === undefined) return sortKey(entry, expression(value), null);
        return sortKey(
          entry,
          expression((target as { ResTarget: { val: Node } }).ResTarget.val),
          String(wholeNumber(value)),
        );
      })
      .join(', ');
  }

  function sortColumns(nodes: Node[], columns: string[]): string {
    return nodes
      .map((entry) => {
        const place = wholeNumber((entry as { SortBy: { node: Node } }).SortBy.node);
        const column = columns[(place ?? 0) - 1];
        if (column === undefined) throw notSupportedHere('ORDER BY what is not a column of the result');
        return sortKey(entry, column, null);
      })
      .join(', ');
  }

  function sortKeys(nodes: Node[] | undefined): string {
    return (nodes ?? [])
      .map((entry) => sortKey(entry, expression((entry as { SortBy: { node: Node } }).SortBy.node), null))
      .join(', ');
  }

  /** MariaDB takes NULL for the smallest value; where PostgreSQL puts it elsewhere, another key comes first. */
  function sortKey(entry: Node, value: string, place: string | null): string {
    const { sortby_dir: direction, sortby_nulls: nulls } = (
      entry as { SortBy: { sortby_dir?: string; sortby_nulls?: string } }
    ).SortBy;
    const descending = direction === 'SORTBY_DESC';
    const first = nulls === 'SORTBY_NULLS_FIRST' || (nulls !== 'SORTBY_NULLS_LAST' && descending);
    const key = `${place ?? value}${descending ? ' DESC' : ''}`;
    return first !== descending ? key : `(${value} IS NULL)${first ? ' DESC' : ''}, ${key}`;
  }

  function expression(node: Node | undefined): string {
    if (node === undefined) throw unprintable();
    const common = printCommon(node, spelling);
    if (common !== null) return common;
    if ('ColumnRef' in node) return (node.ColumnRef.fields ?? []).map((field) => identifier(text(field))).join('.');
    if ('A_Expr' in node) return operation(node.A_Expr);
    if ('BooleanTest' in node)
      return `(${expression(node.BooleanTest.arg)} ${(node.BooleanTest.booltesttype ?? '').replaceAll('_', ' ')})`;
    if ('MinMaxExpr' in node)
      return minMax(node.MinMaxExpr.op === 'IS_LEAST' ? 'LEAST' : 'GREATEST', node.MinMaxExpr.args ?? []);
    if ('TypeCast' in node) return cast(node.TypeCast.arg, node.TypeCast.typeName);
    if ('FuncCall' in node) return functionCall(node.FuncCall);
    if ('ParamRef' in node) return `@strongroom_${node.ParamRef.number ?? 0}`;
    if ('SQLValueFunction' in node) {
      const words: Record<string, string> = {
        SVFOP_CURRENT_DATE: 'CURRENT_DATE',
        SVFOP_CURRENT_TIMESTAMP: 'CURRENT_TIMESTAMP(6)',
      };
      const found = words[node.SQLValueFunction.op ?? ''];
      if (found !== undefined) return found;
    }
    throw notSupportedHere(Object.keys(node)[0] ?? 'that');
  }

  function minMax(name: string, args: Node[]): string {
    if (args.length > MIN_MAX_ARGUMENTS) throw notSupportedHere(`${name} of more than ${MIN_MAX_ARGUMENTS} values`);
    return args.map(expression).reduceRight((rest, value) => `COALESCE(${name}(${value}, ${rest}), ${value}, ${rest})`);
  }

  function operation(node: A_Expr): string {
    const symbol = text(node.name?.at(-1));
    if (node.kind === 'AEXPR_OP') return plainOperation(symbol, node);
    const left = expression(node.lexpr);
    if (node.kind === 'AEXPR_LIKE' || node.kind === 'AEXPR_ILIKE') {
      const [value, matched] = [left, pattern(node.rexpr, node.kind === 'AEXPR_ILIKE')];
      return `(${node.kind === 'AEXPR_ILIKE' ? `LOWER(${value})` : value} ${symbol.startsWith('!') ? 'NOT ' : ''}LIKE ${matched})`;
    }
    if (node.kind === 'AEXPR_DISTINCT') return `(NOT (${left} <=> ${expression(node.rexpr)}))`;
    if (node.kind === 'AEXPR_NOT_DISTINCT') return `(${left} <=> ${expression(node.rexpr)})`;
    throw notSupportedHere(`operator ${symbol}`);
  }

  function plainOperation(symbol: string, { lexpr: left, rexpr: right }: A_Expr): string {
    if (left === undefined) {
      if (symbol === '-' || symbol === '+') return `(${symbol}(${expression(right)}))`;
      throw notSupportedHere(`operator ${symbol}`);
    }
    if (symbol === '||') return `CONCAT(${expression(left)}, ${expression(right)})`;
    const interval = symbol === '+' || symbol === '-' ? printInterval(right, expression) : null;
    if (interval !== null) return `(${expression(left)} ${symbol} ${interval})`;
    const before = symbol === '+' ? printInterval(left, expression) : null;
    if (before !== null) return `(${expression(right)} + ${before})`;
    const types = [numberType(left), numberType(right)];
    // Days, texts and what is unknown are numbers to MariaDB, with results of its own.
    if (types.includes(null)) throw notSupportedHere(`operator ${symbol} between values that are no numbers`);
    if (symbol === '^') return `POW(${expression(left)}, ${expression(right)})`;
    if (symbol === '/') return `(${expression(left)} ${types.includes('number') ? '/' : 'DIV'} ${expression(right)})`;
    if (['+', '-', '*', '%'].includes(symbol)) return `(${expression(left)} ${symbol} ${expression(right)})`;
    throw notSupportedHere(`operator ${symbol}`);
  }

  /** `\` escapes in PostgreSQL unless told otherwise; in MariaDB that hangs on the sql_mode, so it is always said. */
  function pattern(node: Node | undefined, ignoreCase: boolean): string {
    const lower = (value: string): string => (ignoreCase ? `LOWER(${value})` : value);
    if (node !== undefined && 'FuncCall' in node && text(node.FuncCall.funcname?.at(-1)) === 'like_escape') {
      const escape = constantText(node.FuncCall.args?.[1]);
      if (escape === null || Array.from(escape).length !== 1 || ignoreCase)
        throw notSupportedHere('ESCAPE of that kind');
      return `${expression(node.FuncCall.args?.[0])} ESCAPE ${literal(escape)}`;
    }
    return `${lower(expression(node))} ESCAPE ${literal('\\')}`;
  }

  function cast(node: Node | undefined, type: TypeName | undefined): string {
    const name = text(type?.names?.at(-1));
    if (type === undefined || type.arrayBounds !== undefined) throw notSupportedHere(`type ${name}`);
    const value = expression(node);
    const sizes = (type.typmods ?? []).map((size) => wholeNumber(size) ?? -1);
    if (name === 'numeric') return numeric(node, value, sizes);
    if (name === 'varchar' && sizes.length === 1) return `LEFT(${exactText(value)}, ${sizes[0]})`;
    if (sizes.length > 0) throw notSupportedHere(`type ${name} with a size`);
    const moment = momentLiteral(constantText(node), name);
    if (moment !== null) return moment;
    if (name === 'text' || name === 'varchar') return exactText(value);
    if (name === 'bool') return `(${value} <> 0)`;
    const known = CASTS.get(name);
    if (known === undefined) throw notSupportedHere(`type ${name}`);
    // CAST makes the greatest whole number of a greater one, and a negative one of an unsigned one, without a word; these fail.
    if (known === 'SIGNED' && numberType(node) === 'number') return `((ROUND(${value}) DIV 1) - 0)`;
    return `CAST(${value} AS ${known})`;
  }

  /** A numeric of any size has no equal; of a whole number it is one without places, of others a double is nearest. */
  function numeric(node: Node | undefined, value: string, [digits, places = 0]: number[]): string {
    if (digits === undefined)
      return `CAST(${value} AS ${numberType(node)?.startsWith('int') === true ? `DECIMAL(${DECIMAL_DIGITS_MAX}, 0)` : 'DOUBLE'})`;
    if (digits < 1 || digits > DECIMAL_DIGITS_MAX || places < 0 || places > Math.min(digits, DECIMAL_PLACES_MAX))
      throw notSupportedHere('numeric of that size');
    return `CAST(${value} AS DECIMAL(${digits}, ${places}))`;
  }

  function functionCall(call: FuncCall): string {
    const over =
      call.over === undefined
        ? ''
        : ` OVER ${call.over.name === undefined ? windowText(call.over) : identifier(call.over.name)}`;
    return printCall(call, printer, over);
  }
}

const CASTS: ReadonlyMap<string, string> = new Map([
  ['int2', 'SIGNED'],
  ['int4', 'SIGNED'],
  ['int8', 'SIGNED'],
  ['float4', 'DOUBLE'],
  ['float8', 'DOUBLE'],
  ['date', 'DATE'],
  ['timestamp', 'DATETIME(6)'],
  ['time', 'TIME(6)'],
]);

/** A derived table may not have one name twice. */
function uniqueNames(names: readonly string[]): string[] {
  const folded = names.map((name) => name.toLowerCase());
  return new Set(folded).size === names.length ? [...names] : names.map((_, index) => `column${index + 1}`);
}
