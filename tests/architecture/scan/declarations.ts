import type { Holding, Migration } from '../../../apps/server/src/contracts/index.ts';

const CREATE_TABLE = /create (?:unlogged )?table (?:if not exists )?(?:strongroom\.)?(\w+)\s*\(([\s\S]*?)\n?\);/gi;
const CREATE_TABLE_LOOSE = /create (?:unlogged )?table (?:if not exists )?(?:strongroom\.)?(\w+)/gi;

/** Tables that are created and of which no holding says what they keep. */
export function missingHoldings(migrations: readonly Migration[], holdings: readonly Holding[]): string[] {
  const held = new Set(holdings.filter(({ place }) => place === 'table').map(({ name }) => name));
  return tablesOf(migrations).filter((table) => !held.has(table));
}

/** What each table lacks of: a workspace, row-level security enabled and forced, a policy. */
export function missingRowSecurity(migrations: readonly Migration[]): string[] {
  const sql = migrations
    .map((migration) => migration.sql)
    .join('\n')
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll('strongroom.', '');
  const bodies = new Map([...sql.matchAll(CREATE_TABLE)].map(([, name = '', body = '']) => [name, body]));
  return tablesOf(migrations).flatMap((table) => {
    const lacks: string[] = [];
    if (!/\bworkspace_id\s+uuid\b/i.test(bodies.get(table) ?? '')) lacks.push('no workspace_id');
    if (!new RegExp(`alter table ${table} enable row level security`, 'i').test(sql))
      lacks.push('row-level security is not enabled');
    if (!new RegExp(`alter table ${table} force row level security`, 'i').test(sql))
      lacks.push('row-level security is not forced');
    if (!new RegExp(`create policy \\w+ on ${table}\\b`, 'i').test(sql)) lacks.push('no policy');
    return lacks.map((lack) => `${table}: ${lack}`);
  });
}

function tablesOf(migrations: readonly Migration[]): string[] {
  return migrations.flatMap(({ sql }) =>
    [...sql.replaceAll(/--[^\n]*/g, '').matchAll(CREATE_TABLE_LOOSE)].map(([, name = '']) => name),
  );
}

type Declared = {
  name: string;
  method: string;
  path: string;
  summary: string;
  permission?: string | undefined;
  audit?: string | null | undefined;
  auditsItself?: boolean | undefined;
  isHeartbeat?: boolean | undefined;
};

/** What is wrong with a verb of the capability `noun`. */
export function verbComplaints(noun: string, verb: Declared): string[] {
  const complaints: string[] = [];
  if (!verb.name.startsWith(`${noun}.`)) complaints.push('its name is of another noun');
  // As files are named, so that one leads to the other.
  if (!/^[a-z]+\.[a-z]+(-[a-z]+)*$/.test(verb.name)) complaints.push('its name is not written as a file is');
  if (!verb.permission) complaints.push('no permission');
  if (verb.audit === undefined) complaints.push('no audit decision');
  if (verb.audit === null && verb.method !== 'GET' && verb.auditsItself !== true && verb.isHeartbeat !== true)
    complaints.push('changes something and leaves no audit event');
  if (verb.audit !== null && verb.auditsItself === true) complaints.push('audited twice');
  if (verb.audit !== null && verb.isHeartbeat === true) complaints.push('a heartbeat that fills the audit log');
  if (typeof verb.audit === 'string' && !verb.audit.startsWith(`${noun}.`))
    complaints.push('its audit event is of another noun');
  if (verb.summary === '') complaints.push('no summary');
  if (!verb.path.startsWith('/') || verb.path.startsWith('/api/')) complaints.push('its path is not below the prefix');
  if (verb.path.includes('/:')) complaints.push('a parameter of its path is not in braces');
  return complaints.map((complaint) => `${verb.name}: ${complaint}`);
}
