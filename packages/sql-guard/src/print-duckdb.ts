import type { A_Expr, Alias, FuncCall, JoinExpr, Node, SelectStmt, TypeName, WindowDef } from '@pgsql/types';
import { type DuckdbPrinter, printCall } from './duckdb-functions.ts';
import { identifier, string } from './duckdb-text.ts';
import { CAST_TYPES } from './functions.ts';
import { numberTypeIn } from './number-type.ts';
import { outputName } from './output-name.ts';
import { listOf, printCommon, type Spelling } from './print-common.ts';
import { type ParseOne, readBack } from './print-postgres.ts';
import { printWindow } from './print-window.ts';
import { notSupportedHere, unprintable } from './refusal.ts';
import type { Resolved } from './resolve.ts';
import { eachNode, text } from './tree.ts';

/**
 * A checked and resolved SELECT as DuckDB text that means what PostgreSQL means by the tree. Every identifier is quoted, every
 * operation in parentheses, NULLs are placed as PostgreSQL places them. Throws `query/not_supported_here` for what has no
 * equal there. Source: DuckDB 1.x SQL reference.
 */
export function printDuckdb(select: SelectStmt, resolved: Resolved, parseOne: ParseOne): string {
  const printer: DuckdbPrinter = { expression, sort, resolved };
  const windowParts = { expression, sort, identifier };
  const spelling: Spelling = { expression, select: selectText, string };
  const printed = topSelect(select);
  checkReadsSame(select, printed, parseOne);
  return printed;

  /** VALUES on its own gets PostgreSQL's column names through a sub-query. */
  function topSelect(node: SelectStmt): string {
    if (node.valuesLists === undefined) return selectText(node);
    const names = outputNames(node);
    return `SELECT * FROM (${selectText(node)}) AS "values"(${names.map(identifier).join(', ')})`;
  }

  function outputNames(node: SelectStmt): string[] {
    return (resolved.outputs.get(node) ?? []).map((column) => column.name);
  }

  function selectText(node: SelectStmt): string {
    const parts: string[] = [];
    if (node.withClause !== undefined) parts.push(`WITH ${(node.withClause.ctes ?? []).map(cte).join(', ')}`);
    if (node.larg !== undefined && node.rarg !== undefined) {
      const operation = node.op === 'SETOP_UNION' ? 'UNION' : node.op === 'SETOP_INTERSECT' ? 'INTERSECT' : 'EXCEPT';
      parts.push(
        `(${selectText(node.larg)}) ${operation}${node.all === true ? ' ALL' : ''} (${selectText(node.rarg)})`,
      );
    } else if (node.valuesLists !== undefined) {
      parts.push(
        `VALUES ${node.valuesLists.map((row) => `(${list((row as { List: { items?: Node[] } }).List.items)})`).join(', ')}`,
      );
    } else {
      parts.push(plainSelect(node));
    }
    if (node.sortClause !== undefined) parts.push(`ORDER BY ${sort(node.sortClause)}`);
    if (node.limitCount !== undefined) parts.push(`LIMIT ${expression(node.limitCount)}`);
    if (node.limitOffset !== undefined) parts.push(`OFFSET ${expression(node.limitOffset)}`);
    return parts.join(' ');
  }

  function plainSelect(node: SelectStmt): string {
    const on = (node.distinctClause ?? []).filter((entry) => Object.keys(entry).length > 0);
    const distinct =
      node.distinctClause === undefined ? '' : on.length === 0 ? 'DISTINCT ' : `DISTINCT ON (${list(on)}) `;
    const parts = [`SELECT ${distinct}${(node.targetList ?? []).map(target).join(', ')}`];
    if (node.fromClause !== undefined) parts.push(`FROM ${node.fromClause.map(from).join(', ')}`);
    if (node.whereClause !== undefined) parts.push(`WHERE ${expression(node.whereClause)}`);
    if (node.groupDistinct === true) throw notSupportedHere('GROUP BY DISTINCT');
    if (node.groupClause !== undefined) parts.push(`GROUP BY ${node.groupClause.map(group).join(', ')}`);
    if (node.havingClause !== undefined) parts.push(`HAVING ${expression(node.havingClause)}`);
    if (node.windowClause !== undefined) {
      parts.push(
        `WINDOW ${node.windowClause
          .map((entry) => {
            const definition = (entry as { WindowDef: WindowDef }).WindowDef;
            return `${identifier(definition.name ?? '')} AS ${printWindow(definition, windowParts)}`;
          })
          .join(', ')}`,
      );
    }
    return parts.join(' ');
  }

  function target(node: Node): string {
    const { name, val } = (node as { ResTarget: { name?: string; val: Node } }).ResTarget;
    return `${expression(val)} AS ${identifier(name ?? outputName(val))}`;
  }

  function cte(node: Node): string {
    const entry = (
      node as {
        CommonTableExpr: {
          ctename: string;
          aliascolnames?: Node[];
          ctematerialized?: string;
          ctequery: { SelectStmt: SelectStmt };
        };
      }
    ).CommonTableExpr;
    const names = named(outputNames(entry.ctequery.SelectStmt), entry.aliascolnames);
    const materialized =
      entry.ctematerialized === 'CTEMaterializeAlways'
        ? 'MATERIALIZED '
        : entry.ctematerialized === 'CTEMaterializeNever'
          ? 'NOT MATERIALIZED '
          : '';
    return `${identifier(entry.ctename)}(${names}) AS ${materialized}(${selectText(entry.ctequery.SelectStmt)})`;
  }

  function named(names: string[], given: Node[] | undefined): string {
    return names.map((name, index) => identifier(given?.[index] === undefined ? name : text(given[index]))).join(', ');
  }

  function from(node: Node): string {
    if ('RangeVar' in node) {
      const { schemaname, relname, alias, inh } = node.RangeVar;
      if (inh !== true) throw notSupportedHere('ONLY');
      const name =
        schemaname === undefined ? identifier(relname ?? '') : `${identifier(schemaname)}.${identifier(relname ?? '')}`;
      return `${name} AS ${tableAlias(alias, relname ?? '')}`;
    }
    if ('RangeSubselect' in node) {
      const { subquery, alias, lateral } = node.RangeSubselect;
      const inner = (subquery as { SelectStmt: SelectStmt }).SelectStmt;
      return `${lateral === true ? 'LATERAL ' : ''}(${selectText(inner)}) AS ${identifier(alias?.aliasname ?? '')}(${named(outputNames(inner), alias?.colnames)})`;
    }
    if ('RangeFunction' in node) return series(node.RangeFunction.functions, node.RangeFunction.alias);
    if ('JoinExpr' in node) return join(node.JoinExpr);
    throw notSupportedHere('that in FROM');
  }

  function tableAlias(alias: Alias | undefined, name: string): string {
    const columns =
      alias?.colnames === undefined ? '' : `(${alias.colnames.map((column) => identifier(text(column))).join(', ')})`;
    return `${identifier(alias?.aliasname ?? name)}${columns}`;
  }

  function series(functions: Node[] | undefined, alias: Alias | undefined): string {
    const call = (functions![0] as { List: { items: [{ FuncCall: FuncCall }] } }).List.items[0].FuncCall;
    const name = alias?.aliasname ?? 'generate_series';
    return `generate_series(${list(call.args)}) AS ${identifier(name)}(${identifier(alias?.colnames?.[0] === undefined ? name : text(alias.colnames[0]))})`;
  }

  function join(node: JoinExpr): string {
    const kinds: Record<string, string> = {
      JOIN_INNER: 'JOIN',
      JOIN_LEFT: 'LEFT JOIN',
      JOIN_RIGHT: 'RIGHT JOIN',
      JOIN_FULL: 'FULL JOIN',
    };
    const right = node.rarg !== undefined && 'JoinExpr' in node.rarg ? `(${from(node.rarg)})` : from(node.rarg!);
    const isCross = node.usingClause === undefined && node.quals === undefined;
    const condition = isCross
      ? ''
      : node.usingClause === undefined
        ? ` ON ${expression(node.quals)}`
        : ` USING (${node.usingClause.map((name) => identifier(text(name))).join(', ')})`;
    return `${from(node.larg!)} ${isCross ? 'CROSS JOIN' : kinds[node.jointype ?? '']} ${right}${condition}`;
  }

  function group(node: Node): string {
    if (!('GroupingSet' in node)) return 'RowExpr' in node ? `(${list(node.RowExpr.args)})` : expression(node);
    const content = (node.GroupingSet.content ?? []).map(group).join(', ');
    const words: Record<string, string> = {
      GROUPING_SET_ROLLUP: 'ROLLUP ',
      GROUPING_SET_CUBE: 'CUBE ',
      GROUPING_SET_SETS: 'GROUPING SETS ',
    };
    return `${words[node.GroupingSet.kind ?? ''] ?? ''}(${content})`;
  }

  function sort(nodes: Node[] | undefined): string {
    return (nodes ?? [])
      .map((entry) => {
        const {
          node,
          sortby_dir: direction,
          sortby_nulls: nulls,
        } = (entry as { SortBy: { node: Node; sortby_dir?: string; sortby_nulls?: string } }).SortBy;
        const descending = direction === 'SORTBY_DESC';
        const first = nulls === 'SORTBY_NULLS_FIRST' || (nulls !== 'SORTBY_NULLS_LAST' && descending);
        return `${expression(node)} ${descending ? 'DESC' : 'ASC'} NULLS ${first ? 'FIRST' : 'LAST'}`;
      })
      .join(', ');
  }

  function list(nodes: Node[] | undefined): string {
    return listOf(nodes, spelling);
  }

  function expression(node: Node | undefined): string {
    if (node === undefined) throw unprintable();
    if ('ColumnRef' in node) return (node.ColumnRef.fields ?? []).map((field) => identifier(text(field))).join('.');
    const common = printCommon(node, spelling);
    if (common !== null) return common;
    if ('A_Expr' in node) return operation(node.A_Expr);
    if ('BooleanTest' in node) {
      const words = (node.BooleanTest.booltesttype ?? '').replaceAll('_', ' ').replace('UNKNOWN', 'NULL');
      return `(CAST(${expression(node.BooleanTest.arg)} AS BOOLEAN) ${words})`;
    }
    if ('MinMaxExpr' in node)
      return `${node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest'}(${list(node.MinMaxExpr.args)})`;
    if ('TypeCast' in node) return `CAST(${expression(node.TypeCast.arg)} AS ${typeText(node.TypeCast.typeName)})`;
    if ('FuncCall' in node) return functionCall(node.FuncCall);
    if ('ParamRef' in node) return `$${node.ParamRef.number ?? 0}`;
    if ('GroupingFunc' in node) return `GROUPING(${list(node.GroupingFunc.args)})`;
    if ('SQLValueFunction' in node) {
      const words: Record<string, string> = { SVFOP_CURRENT_DATE: 'current_date', SVFOP_CURRENT_TIMESTAMP: 'now()' };
      const word = words[node.SQLValueFunction.op ?? ''];
      if (word !== undefined) return word;
    }
    throw notSupportedHere(Object.keys(node)[0] ?? 'that');
  }

  function operation(node: A_Expr): string {
    const symbol = text(node.name?.at(-1));
    if (node.kind === 'AEXPR_OP') return plainOperation(symbol, node.lexpr, node.rexpr);
    const left = expression(node.lexpr);
    if (node.kind === 'AEXPR_LIKE' || node.kind === 'AEXPR_ILIKE')
      return `(${left} ${symbol.startsWith('!') ? 'NOT ' : ''}${node.kind === 'AEXPR_LIKE' ? 'LIKE' : 'ILIKE'} ${pattern(node.rexpr)})`;
    if (node.kind === 'AEXPR_DISTINCT' || node.kind === 'AEXPR_NOT_DISTINCT')
      return `(${left} IS ${node.kind === 'AEXPR_DISTINCT' ? '' : 'NOT '}DISTINCT FROM ${expression(node.rexpr)})`;
    throw notSupportedHere(`operator ${symbol}`);
  }

  function plainOperation(symbol: string, left: Node | undefined, right: Node | undefined): string {
    if (left === undefined) {
      if (symbol === '-' || symbol === '+') return `(${symbol}(${expression(right)}))`;
      throw notSupportedHere(`operator ${symbol}`);
    }
    if (symbol === '^') return `pow(${expression(left)}, ${expression(right)})`;
    if (symbol === '/') return division(left, right);
    if (['+', '-', '*', '%', '||'].includes(symbol)) return `(${expression(left)} ${symbol} ${expression(right)})`;
    throw notSupportedHere(`operator ${symbol}`);
  }

  /** `/` truncates between whole numbers in PostgreSQL and never in DuckDB. */
  function division(left: Node, right: Node | undefined): string {
    const types = [numberTypeIn(left, resolved.numbers), numberTypeIn(right, resolved.numbers)];
    const isWhole = types.every((type) => type === 'int4' || type === 'int8');
    if (!isWhole && !types.includes('number')) throw notSupportedHere('operator / between values of unknown type');
    return `(${expression(left)} ${isWhole ? '//' : '/'} ${expression(right)})`;
  }

  /** A pattern of LIKE: `\` escapes in PostgreSQL unless told otherwise, and nothing does in DuckDB. */
  function pattern(node: Node | undefined): string {
    if (node !== undefined && 'FuncCall' in node && text(node.FuncCall.funcname?.at(-1)) === 'like_escape') {
      return `${expression(node.FuncCall.args?.[0])} ESCAPE ${expression(node.FuncCall.args?.[1])}`;
    }
    if (
      node !== undefined &&
      'A_Const' in node &&
      node.A_Const.sval !== undefined &&
      !(node.A_Const.sval.sval ?? '').includes('\\')
    )
      return expression(node);
    return `${expression(node)} ESCAPE '\\'`;
  }

  function typeText(type: TypeName | undefined): string {
    const name = text(type?.names?.at(-1));
    const duckdb = CAST_TYPES.get(name)?.duckdb ?? null;
    if (type === undefined || duckdb === null || type.arrayBounds !== undefined) throw notSupportedHere(`type ${name}`);
    if (name !== 'numeric') {
      if (type.typmods !== undefined) throw notSupportedHere(`type ${name} with a size`);
      return duckdb;
    }
    // A numeric of any size has no equal; a double is nearer to it than DuckDB's DECIMAL(18, 3).
    return type.typmods === undefined ? 'DOUBLE' : `DECIMAL(${list(type.typmods)})`;
  }

  function functionCall(call: FuncCall): string {
    const filter = call.agg_filter === undefined ? '' : ` FILTER (WHERE ${expression(call.agg_filter)})`;
    const over =
      call.over === undefined
        ? ''
        : ` OVER ${call.over.name === undefined ? printWindow(call.over, windowParts) : identifier(call.over.name)}`;
    return printCall(call, printer, `${filter}${over}`);
  }
}

/** INVARIANT: read by PostgreSQL's grammar, the text is still one SELECT, with the same tables in the same places. */
function checkReadsSame(select: SelectStmt, printed: string, parseOne: ParseOne): void {
  const again = readBack(printed, parseOne);
  if (!('SelectStmt' in again) || tablesOf(select) !== tablesOf(again)) throw unprintable();
}

function tablesOf(tree: unknown): string {
  const names: string[] = [];
  eachNode(tree, (type, node) => {
    if (type === 'RangeVar') names.push(JSON.stringify([node['schemaname'] ?? null, node['relname']]));
    if (type.endsWith('Stmt') && type !== 'SelectStmt') names.push(type);
  });
  return names.join();
}
