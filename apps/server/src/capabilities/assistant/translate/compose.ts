import {
  among,
  and,
  between,
  call,
  cast,
  column,
  exists,
  isNotNull,
  isNull,
  like,
  join,
  literal,
  not,
  operator,
  or,
  order,
  scalar,
  select,
  table,
  target,
} from '@strongroom/sql-guard';
import { isDay, type Path, pathId, type Place, placeId } from './places.ts';
import type { QuestionPlan, PlannedCondition, PlannedGroup, PlannedMeasure, PlannedRelation } from './plan.ts';
import type { Bucket } from './phrases.ts';

type Node = ReturnType<typeof column>;
export type SelectTree = ReturnType<typeof select>;

/** A list nobody gave a length ends here. */
const LIST_ROWS_MAX = 1000;
const DATE_PARTS: Partial<Record<Bucket, string>> = { weekday: 'isodow', hourOfDay: 'hour' };

/** INVARIANT: SQL is made as a tree; names and values are never spliced into text. */
export function compose(plan: QuestionPlan, all: boolean): SelectTree {
  const names = joinNames(plan);
  const at = (place: Place): Node => column(names.get(pathId(place.path)) ?? plan.main.name, place.column?.name ?? '*');
  const groupNodes = plan.groups.map((group) => ({ group, node: groupNode(group, at) }));
  const part = plan.part.map((condition) => conditionNode(condition, at));
  const measureNodes = plan.measures.map((measure) => ({ measure, node: measureNode(measure, at, part) }));
  const aliases = unique([
    ...plan.groups.map((group) => group.alias),
    ...plan.measures.map((measure) => measure.alias),
  ]);
  const where = plan.conditions.map((condition) => conditionNode(condition, at));
  const having = plan.having.map((one) => operator(one.operator, measureNode(one.measure, at, []), literal(one.value)));

  if (plan.measures.length > 0) {
    const columns = [
      ...groupNodes.map(({ node }, index) => target(node, aliases[index])),
      ...measureNodes.map(({ node }, index) => target(node, aliases[groupNodes.length + index])),
    ];
    // Two rows with one name are two groups: the key tells them apart.
    const keys = plan.groups.flatMap((group) => keyBeside(group)).map(at);
    const ordered = plan.order?.by;
    const ranked =
      ordered !== undefined && ordered !== 'label' && 'function' in ordered
        ? plan.measures.find((measure) => measure.alias === ordered.alias)
        : undefined;
    const sortMeasure = ranked === undefined ? undefined : measureNode(ranked, at, part);
    const first =
      sortMeasure === undefined || plan.groups.length === 0
        ? []
        : [order(sortMeasure, plan.order?.direction ?? 'desc', 'last')];
    const labelDirection = ordered === 'label' ? (plan.order?.direction ?? 'asc') : 'asc';
    const sort = [...first, ...groupNodes.map(({ node }, index) => order(node, index === 0 ? labelDirection : 'asc'))];
    return build(plan, names, {
      columns,
      where,
      groupBy: [...groupNodes.map(({ node }) => node), ...keys],
      having,
      orderBy: plan.groups.length === 0 ? [] : [...sort, ...keys.map((key) => order(key))],
      limit: plan.limit ?? (plan.groups.length === 0 || all ? null : LIST_ROWS_MAX),
      distinct: false,
    });
  }
  const listAliases = unique(plan.columns.map((place) => place.column?.name ?? ''));
  const columns = plan.columns.map((place, index) =>
    listAliases[index] === place.column?.name ? target(at(place)) : target(at(place), listAliases[index]),
  );
  const by = plan.order?.by;
  const sorted = by !== undefined && by !== 'label' && !('function' in by) ? by : null;
  const rest = plan.columns.filter((place) => sorted === null || placeId(place) !== placeId(sorted));
  const direction = plan.order?.direction ?? 'asc';
  const orderBy = [
    ...(sorted === null ? [] : [order(at(sorted), direction, 'last')]),
    ...rest.map((place, index) =>
      order(at(place), sorted === null && index === 0 && by === 'label' ? direction : 'asc'),
    ),
  ];
  return build(plan, names, {
    columns,
    where,
    groupBy: [],
    having: [],
    orderBy,
    limit: plan.limit ?? (all ? null : LIST_ROWS_MAX),
    distinct: plan.distinct && (sorted === null || plan.columns.includes(sorted)),
  });
}

type Clauses = {
  columns: Node[];
  where: Node[];
  groupBy: Node[];
  having: Node[];
  orderBy: Node[];
  limit: number | null;
  distinct: boolean;
};

function build(plan: QuestionPlan, names: ReadonlyMap<string, string>, clauses: Clauses): SelectTree {
  const conjunction = (nodes: readonly Node[]): Node | undefined => {
    const [first, ...rest] = nodes;
    return first === undefined ? undefined : and(first, ...rest);
  };
  const where = conjunction(clauses.where);
  const having = conjunction(clauses.having);
  return select({
    columns: clauses.columns,
    from: [fromNode(plan, names)],
    ...(where === undefined ? {} : { where }),
    ...(clauses.groupBy.length === 0 ? {} : { groupBy: clauses.groupBy }),
    ...(having === undefined ? {} : { having }),
    ...(clauses.orderBy.length === 0 ? {} : { orderBy: clauses.orderBy }),
    ...(clauses.limit === null ? {} : { limit: literal(clauses.limit) }),
    ...(clauses.distinct ? { distinct: true } : {}),
  });
}

/** Every way along keys that the plan joins, shorter ones first. */
export function usedPaths(plan: QuestionPlan): Path[] {
  const measures = [...plan.measures, ...plan.having.map((one) => one.measure)].flatMap((one) => [
    one,
    ...(one.halves ?? []).flatMap((half) => [half.measure, ...half.conditions]),
  ]);
  const places = [...measures, ...plan.groups, ...plan.conditions, ...plan.part].map((one) =>
    'kind' in one && one.kind === 'related' ? null : one.place,
  );
  const by = plan.order?.by;
  const sorted = by !== undefined && by !== 'label' && !('function' in by) ? [by] : [];
  const used = new Map<string, Path>();
  for (const place of [...places, ...plan.columns, ...sorted]) {
    for (let length = 1; length <= (place?.path.length ?? 0); length += 1) {
      const path = place?.path.slice(0, length) ?? [];
      used.set(pathId(path), path);
    }
  }
  return [...used.values()].sort((a, b) => a.length - b.length);
}

/** A table joined twice is called by the key that leads to it: `origin_airports`. */
function joinNames(plan: QuestionPlan): Map<string, string> {
  const paths = usedPaths(plan);
  const names = new Map<string, string>([['', plan.main.name]]);
  for (const path of paths) {
    const last = path.at(-1);
    if (last === undefined) continue;
    const taken =
      [...names.values()].includes(last.table.name) ||
      paths.filter((other) => other.at(-1)?.table === last.table).length > 1;
    names.set(
      pathId(path),
      taken ? `${path.flatMap((hop) => hop.key.columns).join('_')}_${last.table.name}`.slice(0, 60) : last.table.name,
    );
  }
  return names;
}

function fromNode(plan: QuestionPlan, names: ReadonlyMap<string, string>): Node {
  let from = table(plan.main.schema, plan.main.name);
  for (const path of usedPaths(plan)) {
    const hop = path.at(-1);
    if (hop === undefined) continue;
    const name = names.get(pathId(path)) ?? hop.table.name;
    const before = names.get(pathId(path.slice(0, -1))) ?? plan.main.name;
    const pairs = hop.key.columns.map((own, index) =>
      operator('=', column(name, hop.key.references.columns[index] ?? own), column(before, own)),
    );
    const [first, ...rest] = pairs;
    if (first === undefined) continue;
    from = join(
      from,
      table(hop.table.schema, hop.table.name, name === hop.table.name ? undefined : name),
      and(first, ...rest),
    );
  }
  return from;
}

function keyBeside(group: PlannedGroup): Place[] {
  const { place } = group;
  const key = place.table.primaryKey[0];
  if (!group.byTable || place.table.primaryKey.length !== 1 || key === undefined || place.column?.name === key)
    return [];
  const keyColumn = place.table.columns.find((one) => one.name === key);
  return keyColumn === undefined ? [] : [{ ...place, column: keyColumn }];
}

function groupNode(group: PlannedGroup, at: (place: Place) => Node): Node {
  const value = at(group.place);
  if (group.bucket === null) return value;
  const part = DATE_PARTS[group.bucket];
  if (part !== undefined) return cast(call('date_part', [literal(part), value]), 'int4');
  if (group.bucket === 'day') return group.place.column?.kind === 'date' ? value : cast(value, 'date');
  return cast(call('date_trunc', [literal(group.bucket), value]), 'date');
}

function measureNode(measure: PlannedMeasure, at: (place: Place) => Node, part: readonly Node[]): Node {
  const { place } = measure;
  if (measure.function === 'share') {
    const [first, ...rest] = part;
    const counted = call('count', [], { star: true });
    const some = first === undefined ? counted : filtered(counted, and(first, ...rest));
    return operator('/', operator('*', literal(100), cast(some, 'numeric')), nullIfZero(counted));
  }
  if (measure.halves !== undefined) {
    const [above, below] = measure.halves.map((half) => {
      const [first, ...rest] = half.conditions.map((condition) => conditionNode(condition, at));
      const value = measureNode(half.measure, at, part);
      return first === undefined ? value : filtered(value, and(first, ...rest));
    });
    return operator('/', cast(above ?? literal(null), 'numeric'), nullIfZero(below ?? literal(null)));
  }
  if (place === null || measure.function === 'count') return call('count', [], { star: true });
  if (measure.function === 'countDistinct') return call('count', [at(place)], { distinct: true });
  return call(measure.function, [at(place)]);
}

function filtered(aggregate: Node, where: Node): Node {
  return 'FuncCall' in aggregate ? { FuncCall: { ...aggregate.FuncCall, agg_filter: where } } : aggregate;
}

function nullIfZero(value: Node): Node {
  return { A_Expr: { kind: 'AEXPR_NULLIF', name: [{ String: { sval: '=' } }], lexpr: value, rexpr: literal(0) } };
}

function conditionNode(condition: PlannedCondition, at: (place: Place) => Node): Node {
  if (condition.kind === 'related') return relatedNode(condition, at);
  const value = at(condition.place);
  switch (condition.kind) {
    case 'match': {
      const letters = condition.part.replaceAll(/[\\%_]/g, (one) => `\\${one}`);
      const pattern = `${condition.where === 'start' ? '' : '%'}${letters}${condition.where === 'end' ? '' : '%'}`;
      const node = like(value, literal(pattern), { ignoreCase: true });
      return condition.not ? not(node) : node;
    }
    case 'present':
      return condition.not ? isNull(value) : isNotNull(value);
    case 'flag':
      return operator(
        '=',
        value,
        literal(condition.place.column?.kind === 'boolean' ? condition.value : Number(condition.value)),
      );
    case 'compare': {
      const node = operator(condition.operator, value, literal(condition.value));
      return condition.not ? not(node) : node;
    }
    case 'between': {
      const node = between(value, literal(condition.low), literal(condition.high));
      return condition.not ? not(node) : node;
    }
    case 'value': {
      const [first, ...rest] = condition.values.map((one) => literal(one));
      if (first === undefined) return isNotNull(value);
      if (rest.length === 0) return operator(condition.not ? '<>' : '=', value, first);
      const node = among(value, [first, ...rest]);
      return condition.not ? not(node) : node;
    }
    case 'year':
      return bounds(
        value,
        condition.from === null ? null : literal(condition.from),
        condition.before === null ? null : literal(condition.before),
        condition.not,
      );
    case 'date': {
      const { range } = condition;
      const day = condition.place.column !== null && isDay(condition.place.column) ? value : cast(value, 'date');
      if (range.month !== null) {
        const node = operator('=', call('date_part', [literal('month'), day]), literal(range.month));
        return condition.not ? not(node) : node;
      }
      if (range.weekdays !== null) {
        const nodes = range.weekdays.map((weekday) =>
          operator('=', call('date_part', [literal('isodow'), day]), literal(weekday)),
        );
        const [first, ...rest] = nodes;
        if (first === undefined) return isNotNull(value);
        return condition.not ? not(or(first, ...rest)) : or(first, ...rest);
      }
      return bounds(
        day,
        range.from === null ? null : cast(literal(range.from), 'date'),
        range.before === null ? null : cast(literal(range.before), 'date'),
        condition.not,
      );
    }
  }
}

/** `EXISTS`, or how many there are: the main table's rows stay as they are. */
function relatedNode(related: PlannedRelation, at: (place: Place) => Node): Node {
  const { table: other, conditions, count } = related;
  const within = (place: Place): Node => column(other.name, place.column?.name ?? '*');
  const [first, ...pairs] = related.pairs.map(({ own, main }) => operator('=', column(other.name, own), at(main)));
  const wheres = [...pairs, ...conditions.map((condition) => conditionNode(condition, within))];
  const where = first === undefined ? {} : { where: and(first, ...wheres) };
  const from = [table(other.schema, other.name)];
  if (count !== null) {
    const counted = select({ columns: [target(call('count', [], { star: true }))], from, ...where });
    return operator(count.operator, scalar(counted), literal(count.value));
  }
  const some = exists(select({ columns: [target(literal(1))], from, ...where }));
  return related.not ? not(some) : some;
}

function bounds(value: Node, from: Node | null, before: Node | null, negated: boolean): Node {
  const nodes = [
    ...(from === null ? [] : [operator('>=', value, from)]),
    ...(before === null ? [] : [operator('<', value, before)]),
  ];
  const [first, ...rest] = nodes;
  if (first === undefined) return isNotNull(value);
  return negated ? not(and(first, ...rest)) : and(first, ...rest);
}

function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
