import {
  type AccessSettings,
  accessSettingsSchema,
  appliedPolicySchema,
  type AssistantSettings,
  assistantSettingsSchema,
  canarySchema,
  catalogAnswerSchema,
  catalogTableSchema,
  drillReportSchema,
  type EgressSettingsChange,
  egressSettingsSchema,
  erasureSchema,
  filePreviewSchema,
  importedSchema,
  invitedSchema,
  ledgerEntrySchema,
  ledgerPageSchema,
  ledgerStatusSchema,
  leaseRenewalSchema,
  leaseSchema,
  type McpSettings,
  mcpSettingsSchema,
  meSchema,
  type Person,
  personHoldingSchema,
  personSchema,
  plantedCanarySchema,
  policyCheckSchema,
  preferenceSchema,
  questionSchema,
  type Role,
  settingsSchema,
  type ShownAnswer,
  shownCatalogFileSchema,
  shownPolicySchema,
  signInKindSchema,
  sourceSchema,
  teamSchema,
  type Term,
  termSchema,
  tokenCreatedSchema,
  tokenSchema,
  vaultStatusSchema,
} from '@strongroom/protocol';
import { callForCertificate } from './certificate.ts';
import { call, callForBytes, callForNothing, callForText, listIn, segment } from './client.ts';

// One function a verb of the server, named as the verb. Answers are parsed by the protocol's schemas.

type Signal = { signal?: AbortSignal };

export const readMe = (options: Signal = {}) => call(meSchema, 'GET', '/me', options);
export const signOut = () => callForNothing('DELETE', '/sessions/current');
export const openLink = (code: string) => callForNothing('POST', '/evaluation/link', { body: { code } });

export const listPeople = (options: Signal = {}) =>
  call(listIn('people', personSchema.array()), 'GET', '/people', options);
export const invitePerson = (body: { email: string; name?: string; role: Role }) =>
  call(invitedSchema, 'POST', '/people', { body });
export const changeRole = (id: string, role: Role) =>
  callForNothing('PATCH', `/people/${segment(id)}`, { body: { role } });
export const setAttributes = (id: string, attributes: Person['attributes']) =>
  call(personSchema, 'PUT', `/people/${segment(id)}/attributes`, { body: { attributes } });
export const removePerson = (id: string) => callForNothing('DELETE', `/people/${segment(id)}`);
export const linkPerson = (id: string) => call(invitedSchema, 'POST', `/people/${segment(id)}:link`, { body: {} });

export const listTeams = (options: Signal = {}) => call(listIn('teams', teamSchema.array()), 'GET', '/teams', options);
export const addTeam = (name: string) => callForNothing('POST', '/teams', { body: { name } });
export const removeTeam = (name: string) => callForNothing('DELETE', `/teams/${segment(name)}`);
export const addMember = (team: string, person: string) =>
  callForNothing('POST', `/teams/${segment(team)}/members`, { body: { person } });
export const removeMember = (team: string, person: string) =>
  callForNothing('DELETE', `/teams/${segment(team)}/members`, { body: { person } });

export const listTokens = (options: Signal = {}) =>
  call(listIn('tokens', tokenSchema.array()), 'GET', '/tokens', options);
export const createToken = (body: { name: string; expiresInDays: number; person?: string }) =>
  call(tokenCreatedSchema, 'POST', '/tokens', { body });
export const revokeToken = (id: string) => callForNothing('DELETE', `/tokens/${segment(id)}`);

export const listSources = (options: Signal = {}) =>
  call(listIn('sources', sourceSchema.array()), 'GET', '/sources', options);
export const readSource = (name: string, options: Signal = {}) =>
  call(sourceSchema, 'GET', `/sources/${segment(name)}`, options);
export const addDatabase = (body: { name: string; url: string }) => call(sourceSchema, 'POST', '/sources', { body });
export const removeSource = (name: string) => callForNothing('DELETE', `/sources/${segment(name)}`);
export const refreshSource = (name: string) =>
  callForNothing('POST', `/sources/${segment(name)}:refresh`, { body: {} });
export const shareSource = (name: string, subject: string) =>
  callForNothing('POST', `/sources/${segment(name)}/grants`, { body: { with: subject } });
export const unshareSource = (name: string, subject: string) =>
  callForNothing('DELETE', `/sources/${segment(name)}/grants`, { body: { with: subject } });
export const uploadFile = (file: File, options: Signal = {}) =>
  call(filePreviewSchema, 'POST', '/files', {
    ...options,
    raw: file,
    headers: { 'content-type': 'application/octet-stream', 'x-file-name': encodeURIComponent(file.name) },
  });
export const confirmFile = (body: { name: string; upload: string; header?: boolean }) =>
  call(sourceSchema, 'POST', '/sources:confirm-file', { body });

export const showPolicy = (source: string, options: Signal = {}) =>
  call(shownPolicySchema, 'GET', `/policies/${segment(source)}`, options);
export const applyPolicy = (policy: string) =>
  call(appliedPolicySchema, 'POST', '/policies:apply', { body: { policy } });
export const checkPolicy = (body: { policy: string; as: string; sql: string }) =>
  call(policyCheckSchema, 'POST', '/policies:check', { body });
export const removePolicy = (source: string) => callForNothing('DELETE', `/policies/${segment(source)}`);

export const listTables = (source: string | null, options: Signal = {}) =>
  call(
    listIn('tables', catalogTableSchema.array()),
    'GET',
    source === null ? '/catalog' : `/catalog?source=${segment(source)}`,
    options,
  );
export const searchCatalog = (words: string, options: Signal = {}) =>
  call(catalogAnswerSchema, 'GET', `/catalog/search?words=${segment(words)}`, options);
export const readTable = (resource: string, options: Signal = {}) =>
  call(catalogTableSchema, 'GET', `/catalog/${segment(resource)}`, options);
export type Annotation = { description?: string | null; tags?: string[]; owner?: string | null };
export const annotate = (resource: string, body: Annotation) =>
  callForNothing('PATCH', `/catalog/${segment(resource)}`, { body });

export const openLease = (options: Signal = {}) => call(leaseSchema, 'POST', '/leases', options);
export const renewLease = (lease: string, shown: ShownAnswer[], options: Signal = {}) =>
  call(leaseRenewalSchema, 'PUT', `/leases/${segment(lease)}`, { ...options, body: { shown } });
export const endLease = (lease: string) => callForNothing('DELETE', `/leases/${segment(lease)}`, { keepalive: true });

export const listTerms = (options: Signal = {}) =>
  call(listIn('terms', termSchema.array()), 'GET', '/glossary', options);
export type TermDraft = Omit<Term, 'id'>;
export const addTerm = (body: TermDraft) => call(termSchema, 'POST', '/glossary', { body });
export const changeTerm = (id: string, body: Partial<TermDraft>) =>
  call(termSchema, 'PATCH', `/glossary/${segment(id)}`, { body });
export const removeTerm = (id: string) => callForNothing('DELETE', `/glossary/${segment(id)}`);
export const exportCatalog = (source: string) =>
  call(shownCatalogFileSchema, 'GET', `/sources/${segment(source)}/catalog`);
export const importCatalog = (file: string, dryRun: boolean) =>
  call(importedSchema, 'POST', '/catalog:import', { body: { file, dryRun } });

export const listQuestions = (options: Signal = {}) =>
  call(listIn('questions', questionSchema.array()), 'GET', '/questions?limit=200', options);
export const listPreferences = (options: Signal = {}) =>
  call(listIn('preferences', preferenceSchema.array()), 'GET', '/preferences', options);
export const addPreference = (text: string) => call(preferenceSchema, 'POST', '/preferences', { body: { text } });
export const removePreference = (id: string) => callForNothing('DELETE', `/preferences/${segment(id)}`);
export const forgetAllPreferences = () => callForNothing('DELETE', '/preferences');
export const forgetAllQuestions = () => callForNothing('DELETE', '/questions');

/** `later`: keys are destroyed at once, and old copies of the database stop opening within a day. */
export type EraseWhen = 'now' | 'later';
export const erasePerson = (id: string, when: EraseWhen) =>
  callForCertificate('POST', `/people/${segment(id)}:erase`, { body: { when } });
export const eraseSource = (name: string, when: EraseWhen) =>
  callForCertificate('POST', `/sources/${segment(name)}:erase`, { body: { when } });
export const eraseQuestion = (id: string, when: EraseWhen) =>
  callForCertificate('POST', `/questions/${segment(id)}:erase`, { body: { when } });
export const listErasures = (options: Signal = {}) =>
  call(listIn('erasures', erasureSchema.array()), 'GET', '/erasures', options);
export const readCertificate = (id: string, options: Signal = {}) =>
  callForCertificate('GET', `/erasures/${segment(id)}`, options);
export const listHoldings = (options: Signal = {}) =>
  call(listIn('holdings', personHoldingSchema.array()), 'GET', '/holdings', options);
/** A zip of what is kept about the one who asks. */
export const exportMe = () => callForBytes('GET', '/me/export');

/** What an entry must have to be shown; what is empty is not asked for. */
export type LedgerFilter = {
  action?: string;
  actor?: string;
  resource?: string;
  allowed?: string;
  outcome?: string;
};
type LedgerPageOf = LedgerFilter & { from?: string; to?: string; before?: number; limit?: number };
export const listEntries = (input: LedgerPageOf, options: Signal = {}) =>
  call(ledgerPageSchema, 'GET', `/ledger?${parameters(input)}`, options);
export const readLedgerStatus = (options: Signal = {}) => call(ledgerStatusSchema, 'GET', '/ledger/status', options);
export const readEntry = (id: string, options: Signal = {}) =>
  call(ledgerEntrySchema, 'GET', `/ledger/${segment(id)}`, options);
/** Text: whoever checks it parses it, strictly. */
/** What a model was told for a question and what came back, byte for byte, with proofs; for whose it is. */
export const showReceipt = (questionId: string) => callForText('GET', `/questions/${segment(questionId)}/receipt`);
export const proveEntry = (id: string) => callForText('GET', `/ledger/${segment(id)}/proof`);

export function parameters(input: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
}

export const readSettings = (options: Signal = {}) => call(settingsSchema, 'GET', '/settings', options);
export const readAccess = (options: Signal = {}) => call(accessSettingsSchema, 'GET', '/settings/access', options);
export const changeAccess = (body: AccessSettings) => call(accessSettingsSchema, 'PUT', '/settings/access', { body });
export const readModelSettings = (options: Signal = {}) =>
  call(egressSettingsSchema, 'GET', '/settings/model', options);
export const changeModelSettings = (body: EgressSettingsChange) =>
  call(egressSettingsSchema, 'PUT', '/settings/model', { body });
export const listCanaries = (options: Signal = {}) =>
  call(listIn('canaries', canarySchema.array()), 'GET', '/canaries', options);
export const plantCanary = (name: string) => call(plantedCanarySchema, 'POST', '/canaries', { body: { name } });
export const removeCanary = (name: string) => callForNothing('DELETE', `/canaries/${segment(name)}`);
export const readMcp = (options: Signal = {}) => call(mcpSettingsSchema, 'GET', '/settings/mcp', options);
export const changeMcp = (body: McpSettings) => call(mcpSettingsSchema, 'PUT', '/settings/mcp', { body });
export const readAssistant = (options: Signal = {}) =>
  call(assistantSettingsSchema, 'GET', '/settings/assistant', options);
export const changeAssistant = (body: AssistantSettings) =>
  call(assistantSettingsSchema, 'PUT', '/settings/assistant', { body });
export const readSignInKind = (options: Signal = {}) => call(signInKindSchema, 'GET', '/sign-in', options);

export const readVault = (options: Signal = {}) => call(vaultStatusSchema, 'GET', '/vault', options);
export const drillVault = () => call(drillReportSchema, 'POST', '/vault:drill', { body: {} });
export const rotateVaultKey = () => callForNothing('POST', '/vault/key:rotate', { body: {} });
export const endEpochs = () => callForNothing('POST', '/vault/epochs:end', { body: {} });
