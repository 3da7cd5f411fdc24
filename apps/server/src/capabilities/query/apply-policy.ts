import type { AppliedPolicy, ShownPolicy } from '@strongroom/protocol';
import { ProblemError, type SchemaTable } from '@strongroom/protocol';
import { type Guard, isTextType } from '@strongroom/sql-guard';
import { type Access, badPolicy, type PolicyFile, printPolicyFile, readPolicyFile, splitTable } from '#access';
import type { Catalog } from '#catalog';
import { type Asker, auditContext } from '#contracts';
import type { LineOf } from '#platform/yaml';
import type { ManagedSource, Sources } from '#sources';

export type PolicyDeps = {
  readonly access: Pick<Access, 'policies' | 'resolveSubject'>;
  readonly sources: Pick<Sources, 'manage'>;
  readonly catalog: Pick<Catalog, 'schemaFor'>;
  readonly guard: Guard;
};

/**
 * In place of the policy that the source had; holds for everything asked from now on. A file that is wrong changes nothing: throws
 * `access/bad_policy` (422) with its line and the reason, `sources/not_found` (404).
 */
export async function applyPolicy(deps: PolicyDeps, asker: Asker, text: string): Promise<AppliedPolicy> {
  const { file, source, resolve } = await readPolicy(deps, asker, text);
  await deps.access.policies.apply(asker, source.id, file, resolve);
  return { source: source.name, tables: Object.keys(file.tables).length };
}

/** Throws `sources/not_found` (404). */
export async function showPolicy(deps: PolicyDeps, asker: Asker, name: string): Promise<ShownPolicy> {
  const source = await deps.sources.manage(asker, name);
  const file = await deps.access.policies.show(asker.workspaceId, source);
  return { source: name, policy: file === null ? null : printPolicyFile(file) };
}

/** From now on whoever may query the source sees all of it. */
export async function removePolicy(deps: PolicyDeps, asker: Asker, name: string): Promise<void> {
  const source = await deps.sources.manage(asker, name);
  await deps.access.policies.remove(asker.workspaceId, source.id, auditContext(asker));
}

export type ReadPolicy = {
  readonly file: PolicyFile;
  readonly source: ManagedSource;
  readonly resolve: (subject: string) => ReturnType<Access['resolveSubject']>;
};

/** A policy file that fits its source: whom it names is here, and so are its tables and columns, and its filters are conditions over them. */
export async function readPolicy(deps: PolicyDeps, asker: Asker, text: string): Promise<ReadPolicy> {
  const { file, lineOf } = readPolicyFile(text);
  const source = await deps.sources.manage(asker, file.source).catch((error: unknown) => {
    throw isNotFound(error) ? badPolicy(lineOf(['source']), 'there is no such source') : error;
  });
  const { tables } = await deps.catalog.schemaFor(source);
  const resolve = (subject: string) => deps.access.resolveSubject(asker.workspaceId, subject);
  for (const [name, rules] of Object.entries(file.tables)) {
    const path = ['tables', name];
    const wanted = splitTable(name);
    const table = tables.find(({ schema, name: own }) => schema === wanted.schema && own === wanted.table);
    if (table === undefined) throw badPolicy(lineOf(path), `the source has no table ${name}`);
    for (const [at, rule] of rules.entries())
      await checkRule(deps, {
        source,
        table,
        rule,
        resolve,
        lineIn: lineIn(lineOf, path, rules.length > 1 ? at : null),
      });
  }
  return { file, source, resolve };
}

type RuleCheck = Pick<ReadPolicy, 'source' | 'resolve'> & {
  readonly table: SchemaTable;
  readonly rule: PolicyFile['tables'][string][number];
  readonly lineIn: LineOf;
};

async function checkRule(deps: PolicyDeps, { source, table, rule, resolve, lineIn }: RuleCheck): Promise<void> {
  for (const [at, subject] of rule.grant.entries())
    await resolve(subject).catch((error: unknown) => {
      throw isNotFound(error) ? badPolicy(lineIn(['grant', at]), `there is nobody called ${subject}`) : error;
    });
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const named = [
    ...rule.columns.deny.map((column, at) => ({ column, path: ['columns', 'deny', at] })),
    ...Object.keys(rule.columns.mask).map((column) => ({ column, path: ['columns', 'mask', column] })),
  ];
  for (const { column, path } of named)
    if (!columns.has(column)) throw badPolicy(lineIn(path), `the table has no column ${column}`);
  for (const [column, mask] of Object.entries(rule.columns.mask))
    if (mask === 'partial' && !isTextType(columns.get(column)?.type ?? ''))
      throw badPolicy(
        lineIn(['columns', 'mask', column]),
        'partial is for texts; a part of another value tells too much',
      );
  if (rule.filter === null) return;
  await deps.guard.checkFilter({ filter: rule.filter, table, dialect: source.dialect }).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.status >= 500) throw error;
    throw badPolicy(
      lineIn(['filter']),
      error.code === 'query/denied' ? 'the filter names what the table does not have' : error.message,
    );
  });
}

/** A path within a rule; `at`: which of several. */
function lineIn(lineOf: LineOf, path: readonly PropertyKey[], at: number | null): LineOf {
  return (inner) => lineOf([...path, ...(at === null ? [] : [at]), ...inner]);
}

function isNotFound(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 404;
}
