import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Capability,
  loadCapabilities,
  platformTables,
  readCapabilityFile,
} from '../../scripts/load-capabilities.ts';
import { missingHoldings, missingRowSecurity, verbComplaints } from './scan/declarations.ts';

let capabilities: Capability[];
beforeAll(async () => {
  capabilities = await loadCapabilities();
});

describe('a capability declares what it is', () => {
  test('each has its page and its front door', () => {
    expect(capabilities.length).toBeGreaterThan(8);
    const incomplete = capabilities.flatMap(({ name, files }) =>
      ['README.md', 'index.ts'].filter((file) => !files.includes(file)).map((file) => `${name}/${file}`),
    );
    expect(incomplete).toEqual([]);
  });

  test('the codes of its own errors start with its name', () => {
    const foreign = capabilities.flatMap((capability) => {
      const codes = [...readCapabilityFile(capability, 'errors.ts').matchAll(/ProblemError\(\s*'([^']+)'/g)].map(
        ([, code]) => code ?? '',
      );
      // `query/denied` is the one answer for what is hidden and what does not exist, whoever finds out.
      return codes.filter((code) => !code.startsWith(`${capability.name}/`) && code !== 'query/denied');
    });
    expect(foreign).toEqual([]);
  });
});

describe('every table is accounted for and closed by row-level security', () => {
  const migration = (sql: string) => [{ id: 'x_0001', sql }];
  const complete = `create table things (workspace_id uuid not null);
    alter table things enable row level security; alter table things force row level security;
    create policy things_workspace on things using (workspace_id = strongroom.current_workspace());`;

  test('a table without a holding, without a workspace or with open rows is refused', () => {
    expect(missingHoldings(migration(complete), [])).toEqual(['things']);
    expect(missingRowSecurity(migration(complete))).toEqual([]);
    expect(missingRowSecurity(migration('create table things (id uuid)'))).not.toEqual([]);
    expect(missingRowSecurity(migration('create unlogged table things (id uuid)'))).not.toEqual([]);
    expect(missingRowSecurity(migration(complete.replace('force row', 'no force row')))).toEqual([
      'things: row-level security is not forced',
    ]);
    expect(missingRowSecurity(migration(complete.replace('workspace_id uuid', 'id uuid')))).toEqual([
      'things: no workspace_id',
    ]);
  });

  test('none of ours is', () => {
    const rooms = [...capabilities, platformTables];
    const tables = rooms.flatMap(({ migrations, holdings }) => missingHoldings(migrations, holdings));
    expect(tables).toEqual([]);
    expect(capabilities.flatMap(({ migrations }) => missingRowSecurity(migrations))).toEqual([]);
  });

  test('no holding speaks of a table that is not there', () => {
    const invented = capabilities.flatMap(({ migrations, holdings }) => {
      const sql = migrations.map((migration) => migration.sql).join('\n');
      return holdings
        .filter(({ place }) => place === 'table')
        .filter(
          ({ name }) => !new RegExp(`create (unlogged )?table (if not exists )?(strongroom\\.)?${name}\\b`).test(sql),
        )
        .map(({ name }) => name);
    });
    expect(invented).toEqual([]);
  });
});

describe('every verb passes the gate with a permission and an audit decision', () => {
  const good = {
    name: 'sources.add',
    method: 'POST',
    path: '/sources',
    summary: 'Add',
    permission: 'sources.manage',
    audit: 'sources.added',
  };

  test.each([
    ['no permission', { ...good, permission: undefined }],
    ['no audit decision', { ...good, audit: undefined }],
    ['a change without an audit event', { ...good, audit: null }],
    ['an audit event of another noun', { ...good, audit: 'query.added' }],
    ['a name of another noun', { ...good, name: 'query.add' }],
    ['a name in another notation than its file', { ...good, name: 'sources.addPostgres' }],
    ['no summary', { ...good, summary: '' }],
    ['a path that repeats the prefix of all', { ...good, path: '/api/v1/sources' }],
    ['a path in another notation', { ...good, path: '/sources/:source' }],
  ])('%s is refused', (_, verb) => {
    expect(verbComplaints('sources', verb)).not.toEqual([]);
    expect(verbComplaints('sources', good)).toEqual([]);
  });

  test('a change that its verb audits itself needs no event of the gate; a verb audited by both is refused', () => {
    expect(verbComplaints('sources', { ...good, audit: null, auditsItself: true })).toEqual([]);
    expect(verbComplaints('sources', { ...good, auditsItself: true })).not.toEqual([]);
  });

  test('a heartbeat leaves no event, and may leave none', () => {
    expect(verbComplaints('sources', { ...good, audit: null, isHeartbeat: true })).toEqual([]);
    expect(verbComplaints('sources', { ...good, isHeartbeat: true })).not.toEqual([]);
  });

  test('all of ours do', () => {
    const verbs = capabilities.flatMap(({ name, verbs: all }) => all.map((verb) => ({ noun: name, verb })));
    expect(verbs.length).toBeGreaterThan(15);
    expect(verbs.flatMap(({ noun, verb }) => verbComplaints(noun, verb))).toEqual([]);
  });

  test('a tool has a permission and an audit event as what has a route', () => {
    const tools = capabilities.flatMap(({ name, tools: all }) => [...all.values()].map((tool) => ({ name, tool })));
    expect(tools.length).toBeGreaterThan(3);
    const complaints = tools.flatMap(({ name, tool }) =>
      verbComplaints(name, { ...tool, method: 'POST', path: '/mcp' }),
    );
    expect(complaints).toEqual([]);
  });

  test('no two share a name or a route', () => {
    const verbs = capabilities.flatMap((capability) => capability.verbs);
    for (const keys of [
      verbs.map(({ name }) => name),
      verbs.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '*')}`),
    ]) {
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
  });
});
