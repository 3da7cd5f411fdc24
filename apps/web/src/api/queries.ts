import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import type { HeldCertificate } from './certificate.ts';
import {
  listCanaries,
  listErasures,
  listHoldings,
  listPeople,
  listPreferences,
  listQuestions,
  listSources,
  listTables,
  listTeams,
  listTerms,
  listTokens,
  readAccess,
  readAssistant,
  readCertificate,
  readMcp,
  readMe,
  readModelSettings,
  readSettings,
  readSource,
  readTable,
  readVault,
  showPolicy,
} from './verbs.ts';

// Metadata only. INVARIANT: rows of an answer never enter this cache; they live in scenes/ask/answers.ts.

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => readMe({ signal }),
  staleTime: 60_000,
  retry: false,
});
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => readSettings({ signal }),
  staleTime: 300_000,
});
export const accessQuery = queryOptions({
  queryKey: ['settings', 'access'],
  queryFn: ({ signal }) => readAccess({ signal }),
});
export const modelSettingsQuery = queryOptions({
  queryKey: ['settings', 'model'],
  queryFn: ({ signal }) => readModelSettings({ signal }),
});
export const assistantQuery = queryOptions({
  queryKey: ['settings', 'assistant'],
  queryFn: ({ signal }) => readAssistant({ signal }),
});
export const canariesQuery = queryOptions({
  queryKey: ['canaries'],
  queryFn: ({ signal }) => listCanaries({ signal }),
});
export const mcpQuery = queryOptions({ queryKey: ['settings', 'mcp'], queryFn: ({ signal }) => readMcp({ signal }) });
export const termsQuery = queryOptions({ queryKey: ['terms'], queryFn: ({ signal }) => listTerms({ signal }) });
export const sourcesQuery = queryOptions({ queryKey: ['sources'], queryFn: ({ signal }) => listSources({ signal }) });
export const tablesQuery = queryOptions({
  queryKey: ['tables'],
  queryFn: ({ signal }) => listTables(null, { signal }),
});
export const peopleQuery = queryOptions({ queryKey: ['people'], queryFn: ({ signal }) => listPeople({ signal }) });
export const teamsQuery = queryOptions({ queryKey: ['teams'], queryFn: ({ signal }) => listTeams({ signal }) });
export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => listTokens({ signal }) });
export const questionsQuery = queryOptions({
  queryKey: ['questions'],
  queryFn: ({ signal }) => listQuestions({ signal }),
  gcTime: 0,
});

export const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  queryFn: ({ signal }) => listPreferences({ signal }),
  gcTime: 0,
});

export const erasuresQuery = queryOptions({
  queryKey: ['erasures'],
  queryFn: ({ signal }) => listErasures({ signal }),
});
export const holdingsQuery = queryOptions({
  queryKey: ['holdings'],
  queryFn: ({ signal }) => listHoldings({ signal }),
  staleTime: 300_000,
});
export const vaultQuery = queryOptions({ queryKey: ['vault'], queryFn: ({ signal }) => readVault({ signal }) });

export function certificateQuery(id: string) {
  return queryOptions({ queryKey: ['certificates', id], queryFn: ({ signal }) => readCertificate(id, { signal }) });
}

/** Keeps a certificate while this tab is open: who may not read the audit log gets theirs in one answer, and never again. */
export function keepCertificate(client: QueryClient, held: HeldCertificate): void {
  const { queryKey } = certificateQuery(held.shown.erasure.id);
  client.setQueryDefaults(queryKey, { gcTime: Infinity });
  client.setQueryData(queryKey, held);
}

export function sourceQuery(name: string) {
  return queryOptions({ queryKey: ['sources', name], queryFn: ({ signal }) => readSource(name, { signal }) });
}

/** Of a source that whoever may query it sees all of: null. */
export function policyQuery(source: string) {
  return queryOptions({
    queryKey: ['policies', source],
    queryFn: async ({ signal }) => (await showPolicy(source, { signal })).policy,
  });
}

export function tableQuery(resource: string) {
  return queryOptions({ queryKey: ['tables', resource], queryFn: ({ signal }) => readTable(resource, { signal }) });
}

/** Whether the signed-in person may, for showing or hiding; the server decides again. */
export function useMay(permission: string): boolean {
  const me = useQuery(meQuery);
  return me.data?.permissions.includes(permission) ?? false;
}
