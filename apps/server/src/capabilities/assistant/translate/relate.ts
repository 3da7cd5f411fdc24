import type { CatalogTable, ForeignKey } from '@strongroom/protocol';
import type { Target } from './reading.ts';
import type { Mention } from './chunks.ts';
import { isFlag, keyHasRole } from './places.ts';
import { NotUnderstood, type Scope, tryPlace } from './scope.ts';

/** A table whose rows point at rows of the main table: each of those may have none, one or many of them. */
export type Related = { readonly table: CatalogTable; readonly key: ForeignKey };

const NAMED = 0.7;

/**
 * The one table that the words name and that points at the main table, or that ties it to one they name; null when the
 * words name something else, or what a row of the main table sees anyway. Throws `NotUnderstood` for two of them.
 */
export function relatedOf(scope: Scope, target: Target): Related | null {
  if (tryPlace(scope, target) !== null) return null;
  const named = scope.tables.filter(
    (table) =>
      table !== scope.main &&
      target.mentions.every((mention) =>
        mention.candidates.some(
          (candidate) => candidate.table === table && candidate.column === null && candidate.score > NAMED,
        ),
      ) &&
      !target.mentions.some((mention) => isFlagOf(table, mention)),
  );
  const direct = named.flatMap((table) => keysTo(table, scope.main));
  const found = direct.length > 0 ? direct : named.flatMap((table) => bridgesTo(table, scope));
  // `received notifications`: which way it goes matters only where there are several.
  const { role } = target;
  const fitting = role === null || found.length < 2 ? found : found.filter(({ key }) => keyHasRole(key, role));
  const [only] = fitting;
  if (fitting.length > 1)
    throw new NotUnderstood(`\`${target.text}\` is tied to \`${scope.main.name}\` in several ways`);
  return only ?? null;
}

/** `in inventory` is what the flag `is_in_inventory` says, not that there is a row of it. */
export function isFlagOf(table: CatalogTable, mention: Mention): boolean {
  return mention.candidates.some(
    ({ table: owner, column, score }) => owner === table && column !== null && isFlag(column) && score >= NAMED,
  );
}

function keysTo(table: CatalogTable, main: CatalogTable): Related[] {
  return table.foreignKeys
    .filter((key) => key.references.schema === main.schema && key.references.table === main.name)
    .map((key) => ({ table, key }));
}

/** Tables between: `enrolment` of students and courses. That one points at a row of the other means that there is one. */
function bridgesTo(table: CatalogTable, scope: Scope): Related[] {
  return scope.tables
    .filter((between) => between !== scope.main && between !== table && keysTo(between, table).length > 0)
    .flatMap((between) => keysTo(between, scope.main));
}
