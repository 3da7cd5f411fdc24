import { type AskerPolicy, MASKS, type TableGrant } from '@strongroom/sql-guard';
import { z } from 'zod';
import { type Asker, type AuditContext, auditContext, keepOrDestroy, randomUUIDv7, type Sealer } from '#contracts';
import type { Database, Tables, Transaction } from '#platform/database';
import type { Directory } from './grants.ts';
import type { PolicyFile, PolicyRule } from './policy-file.ts';
import { deletePolicy, insertPolicy, type PolicyRow, selectPolicies } from './policy-store.ts';
import { type Subject, subjectKinds } from './store.ts';

/** Whose view of a source it is. */
export type Viewer = Pick<Asker, 'workspaceId' | 'personId' | 'email' | 'name' | 'teams' | 'attributes'>;

/** A rule as it is kept: whom it grants to by id, so that a name may change. */
const storedRuleSchema = z.object({
  subjects: z.array(z.object({ kind: z.enum(subjectKinds), id: z.string() })),
  denied: z.array(z.string()),
  masks: z.record(z.string(), z.enum(MASKS)),
  filter: z.string().nullable(),
});
const storedSchema = z.array(z.object({ schema: z.string(), table: z.string(), rules: z.array(storedRuleSchema) }));
type StoredPolicy = z.infer<typeof storedSchema>;

export type Policies = {
  /** In place of the one before; of two at once the later one holds. `resolve`: whom a grant of the file means. */
  apply(asker: Asker, sourceId: string, file: PolicyFile, resolve: (name: string) => Promise<Subject>): Promise<void>;
  /** As it would be applied, names in place of ids; null when there is none. */
  show(workspaceId: string, source: { id: string; name: string }): Promise<PolicyFile | null>;
  /** Nothing when there is none. `by`: whom the audit log names; the system without. */
  remove(workspaceId: string, sourceId: string, by?: AuditContext): Promise<void>;
  /** Rows to be opened by `forViewer` after the transaction, by source id; sources without a policy are missing. */
  select(within: Transaction<Tables>, sourceIds: readonly string[]): Promise<ReadonlyMap<string, PolicyRow>>;
  /** What the viewer may see of the source; null without a policy: all of it. */
  forViewer(viewer: Viewer, row: PolicyRow | undefined): Promise<AskerPolicy | null>;
  /** The same by a file that is not applied. */
  byFile(viewer: Viewer, file: PolicyFile, resolve: (name: string) => Promise<Subject>): Promise<AskerPolicy>;
  /** The object of the vault that a source's policy is sealed under. */
  objectOf(workspaceId: string, sourceId: string): Promise<string | null>;
};

const REMEMBERED_MAX = 200;

/**
 * What is kept of a policy is sealed under a key of its own, since it names tables, columns and values of filters.
 * INVARIANT: a change holds from the next query on, on every server: each version has an id of its own, and which one holds is read with the source.
 */
export function createPolicies(deps: { database: Database; sealer: Sealer; directory: Directory }): Policies {
  const { database, sealer, directory } = deps;
  const opened = new Map<string, StoredPolicy>();

  const open = async (workspaceId: string, row: PolicyRow): Promise<StoredPolicy> => {
    const known = opened.get(row.id);
    if (known !== undefined) return known;
    const plaintext = await sealer.open(workspaceId, row.id, row.sealed);
    const stored = storedSchema.parse(JSON.parse(new TextDecoder().decode(plaintext)));
    if (opened.size >= REMEMBERED_MAX) opened.clear();
    opened.set(row.id, stored);
    return stored;
  };
  const rowOf = async (workspaceId: string, sourceId: string): Promise<PolicyRow | undefined> =>
    database.withWorkspace(workspaceId, async (within) => (await selectPolicies(within, [sourceId])).get(sourceId));
  const viewOf = async (viewer: Viewer, stored: StoredPolicy): Promise<AskerPolicy> => {
    const tables = stored.flatMap(({ schema, table, rules }) => {
      const grants = rules.filter(({ subjects }) => subjects.some((subject) => isOf(subject, viewer))).map(grantOf);
      return grants.length === 0 ? [] : [{ schema, table, grants }];
    });
    const needsKey = tables.some(({ grants }) =>
      grants.some(({ masks }) => Object.values(masks).includes('pseudonym')),
    );
    const attributes = Object.entries(viewer.attributes ?? {}).map(([name, value]) => [
      `user.attributes.${name}`,
      value,
    ]);
    return {
      tables,
      attributes: { ...Object.fromEntries(attributes), 'user.email': viewer.email, 'user.name': viewer.name },
      pseudonymKey: needsKey ? await pseudonymKey(viewer.workspaceId) : null,
    };
  };
  /** Two halves of 16 bytes; the same as long as the workspace, whichever keys are rotated. */
  const pseudonymKey = async (workspaceId: string): Promise<Buffer> =>
    Buffer.concat([
      await sealer.blindIndex(workspaceId, 'pseudonym key', '1'),
      await sealer.blindIndex(workspaceId, 'pseudonym key', '2'),
    ]);

  return {
    async apply(asker, sourceId, file, resolve) {
      const { workspaceId, personId } = asker;
      const id = randomUUIDv7();
      const stored = await storedOf(file, resolve);
      const replaced = await keepOrDestroy(deps, workspaceId, id, async () => {
        const sealed = await sealer.seal(workspaceId, id, new TextEncoder().encode(JSON.stringify(stored)));
        const row = { workspace_id: workspaceId, source_id: sourceId, id, sealed, applied_by: personId };
        return database.withWorkspace(workspaceId, (within) => insertPolicy(within, row));
      });
      if (replaced !== null) await sealer.destroy(workspaceId, [replaced], auditContext(asker));
    },
    async show(workspaceId, source) {
      const row = await rowOf(workspaceId, source.id);
      if (row === undefined) return null;
      const stored = await open(workspaceId, row);
      const subjects = stored.flatMap(({ rules }) => rules.flatMap((rule) => rule.subjects));
      const ids = (kind: Subject['kind']) => subjects.filter((subject) => subject.kind === kind).map(({ id }) => id);
      const names = await directory.namesOf(workspaceId, { people: ids('person'), teams: ids('team') });
      return { source: source.name, tables: fileTables(stored, names) };
    },
    async remove(workspaceId, sourceId, by) {
      const id = await database.withWorkspace(workspaceId, (within) => deletePolicy(within, sourceId));
      if (id !== null) await sealer.destroy(workspaceId, [id], by);
    },
    select: selectPolicies,
    forViewer: async (viewer, row) => (row === undefined ? null : viewOf(viewer, await open(viewer.workspaceId, row))),
    byFile: async (viewer, file, resolve) => viewOf(viewer, await storedOf(file, resolve)),
    objectOf: async (workspaceId, sourceId) => (await rowOf(workspaceId, sourceId))?.id ?? null,
  };
}

function isOf({ kind, id }: Subject, { personId, teams }: Viewer): boolean {
  return kind === 'everyone' || (kind === 'person' ? id === personId : teams.includes(id));
}

function grantOf({ filter, denied, masks }: StoredPolicy[number]['rules'][number]): TableGrant {
  return { filter, denied, masks };
}

async function storedOf(file: PolicyFile, resolve: (name: string) => Promise<Subject>): Promise<StoredPolicy> {
  const tables: StoredPolicy = [];
  for (const [name, rules] of Object.entries(file.tables)) {
    const kept = [];
    for (const { grant, columns, filter } of rules) {
      const subjects = [];
      for (const subject of grant) subjects.push(await resolve(subject));
      kept.push({ subjects, denied: columns.deny, masks: columns.mask, filter });
    }
    tables.push({ ...splitTable(name), rules: kept });
  }
  return tables;
}

/** `schema.table`; a table's name may hold dots, a schema's not. */
export function splitTable(name: string): { schema: string; table: string } {
  const dot = name.indexOf('.');
  return { schema: name.slice(0, dot), table: name.slice(dot + 1) };
}

/** Who is gone is left out; a rule that grants to nobody any more too. */
function fileTables(stored: StoredPolicy, names: ReadonlyMap<string, string>): PolicyFile['tables'] {
  const entries = stored.map(({ schema, table, rules }): [string, PolicyRule[]] => [
    `${schema}.${table}`,
    rules.flatMap(({ subjects, denied, masks, filter }) => {
      const grant = subjects.flatMap(({ kind, id }) => {
        if (kind === 'everyone') return ['everyone'];
        const name = names.get(id);
        return name === undefined ? [] : [`${kind}:${name}`];
      });
      return grant.length === 0 ? [] : [{ grant, columns: { deny: denied, mask: masks }, filter }];
    }),
  ]);
  return Object.fromEntries(entries.filter(([, rules]) => rules.length > 0));
}
