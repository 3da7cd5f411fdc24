import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ANSWER_MEDIA_TYPE, encodeStreamEvent } from '@strongroom/protocol';
import { framesOf, problem } from './fake-answers.ts';
import {
  at,
  entries,
  entryOf,
  ledgerStatus,
  people,
  preferences,
  questions,
  sources,
  tables,
  terms,
} from './fake-data.ts';
import { policyRoutes, Refused } from './fake-policies.ts';
import { certificates, erasures, holdings, vaultStatus } from './fake-lifecycle.ts';

// A stand-in for the server, for looking at scenes and for the tests of the face: the built app under the same
// Content-Security-Policy, metadata from memory, answers as real frames. It decides and protects nothing.

const BUILT = path.join(import.meta.dirname, '..', 'dist');
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
};

const permissions = [
  'signed-in',
  'own',
  'ask',
  'catalog.describe',
  'sources.manage',
  'people.manage',
  'tokens.manage',
  'ledger.read',
  'workspace.manage',
];
const tokens = [
  {
    id: 't1',
    name: 'nightly report',
    person: 'admin@localhost',
    createdBy: 'admin@localhost',
    scopes: [],
    createdAt: at(9000),
    expiresAt: at(-60_000),
    lastUsedAt: at(600),
  },
];
const preview = {
  upload: 'u1',
  format: 'csv',
  sizeBytes: 48_213,
  table: 'orders 2024',
  columns: [
    { name: 'order_id', type: 'bigint' },
    { name: 'placed_on', type: 'date' },
    { name: 'amount', type: 'numeric' },
  ],
  headerGuess: true,
};

const LEASE = '0b0e3a4e-7c1d-4d37-9a45-6a1f6f0f7c11';

export type Route = (request: { url: URL; body: unknown; parts: string[] }) => unknown;

function routes(state: { signedIn: boolean; empty: boolean; mcpRows: boolean }): Record<string, Route> {
  const listed = <T>(list: T[]): T[] => (state.empty ? [] : list);
  return {
    'GET me': () =>
      state.signedIn
        ? { person: people[0], workspace: { id: 'w1', name: 'main' }, permissions, evaluation: true, version: '0.1.0' }
        : null,
    'GET sign-in': () => ({ evaluation: true }),
    'GET settings': () => ({
      model: { endpoint: 'https://models.example.com', name: 'small-7b', region: 'eu', retention: 'thirty days' },
    }),
    'GET settings/model': () => ({
      useModel: true,
      region: 'eu',
      tokensPerDay: 2_000_000,
      tokensPerPersonPerDay: null,
    }),
    'GET canaries': () => ({
      canaries: listed([
        { name: 'payroll', plantedAt: at(40), found: 0, foundAt: null },
        { name: 'customers', plantedAt: at(90), found: 2, foundAt: at(3) },
      ]),
    }),
    ...policyRoutes(),
    'GET sources': () => ({ sources: listed(sources) }),
    'GET sources/': ({ parts }) =>
      parts[2] === 'catalog'
        ? { source: parts[1], file: `source: ${parts[1]}\n` }
        : sources.find(({ name }) => name === parts[1]),
    'POST sources': () => sources[2],
    'POST sources:confirm-file': () => sources[1],
    'POST files': () => preview,
    'GET catalog': () => ({ tables: listed(tables) }),
    'GET catalog/search': ({ url }) => ({
      hits: tables.flatMap((table) =>
        table.columns
          .filter(({ name }) => name.includes(url.searchParams.get('words') ?? ''))
          .map((column) => ({
            resource: `${table.resource}.${column.name}`,
            source: table.source,
            table: table.name,
            column: column.name,
            type: column.type,
            description: column.description,
            tags: column.tags,
            owner: column.owner,
            glossary: (column.glossary ?? []).map(({ name }) => name),
            popularity: column.popularity ?? 0,
            score: 1,
          })),
      ),
      terms: terms.filter(({ name }) => name.toLowerCase().includes(url.searchParams.get('words') ?? '')),
    }),
    'GET glossary': () => ({ terms: listed(terms) }),
    'POST glossary': () => terms[1],
    'PATCH glossary/': ({ parts }) => terms.find(({ id }) => id === parts[1]),
    'GET settings/mcp': () => ({ rows: state.mcpRows }),
    'PUT settings/mcp': ({ body }) => {
      state.mcpRows = (body as { rows: boolean }).rows;
      return { rows: state.mcpRows };
    },
    'POST catalog:import': ({ body }) => {
      const { file, dryRun } = body as { file: string; dryRun: boolean };
      if (!file.startsWith('source: aviation'))
        return new Refused(422, 'catalog/bad_file', 'line 1 of the catalog file: there is no such source', { line: 1 });
      const on = 'aviation.public.flights';
      const changes = [
        { on, member: 'description', before: 'Flights in the United States', after: 'Flights, one row each' },
        { on, member: 'tags', before: 'departures, sample', after: null },
        { on: 'Leg', member: 'definition', before: null, after: 'One flight from take-off to landing' },
      ];
      return { source: 'aviation', dryRun, changes };
    },
    'GET catalog/': ({ parts }) => tables.find(({ resource }) => resource === parts[1]),
    'GET people': () => ({ people: state.empty ? people.slice(0, 1) : people }),
    'POST people': () => ({
      person: people[2],
      link: 'http://127.0.0.1:7600/sign-in#code=9f0c2e7ad1b84be6a1',
      expiresAt: at(-10),
    }),
    'GET teams': () => ({
      teams: listed([
        { id: 'g1', name: 'finance', members: [{ id: 'p2', email: 'ada.moreno@example.com' }] },
        { id: 'g2', name: 'operations', members: [] },
      ]),
    }),
    'GET tokens': () => ({ tokens: listed(tokens) }),
    'POST tokens': () => ({ token: tokens[0], secret: 'sr_4f1c0a2b9d8e7f6a5b4c3d2e1f0a9b8c' }),
    'POST leases': () => ({ lease: LEASE, renewedForMs: 15_000 }),
    'PUT leases/': () => ({ renewedForMs: 15_000, drop: [] }),
    'GET questions': () => ({ questions: listed(questions) }),
    'GET preferences': () => ({ preferences: listed(preferences) }),
    'POST preferences': () => preferences[0],
    'GET ledger': ({ url }) => {
      const before = Number(url.searchParams.get('before') ?? 1e9);
      const page = listed(entries).filter(
        (entry) =>
          entry.position < before &&
          entry.action.includes(url.searchParams.get('action') ?? '') &&
          (entry.outcome ?? '').includes(url.searchParams.get('outcome') ?? ''),
      );
      return { entries: page.slice(0, 50), next: page.length > 50 ? (page[49]?.position ?? null) : null };
    },
    'GET ledger/status': () => ledgerStatus,
    'GET ledger/': ({ parts }) => entries.find(({ id }) => id === parts[1]),
    'GET erasures': () => ({ erasures: listed(erasures) }),
    'GET erasures/': ({ parts }) => certificates.find(({ erasure }) => erasure.id === parts[1]),
    'GET holdings': () => ({ holdings }),
    'GET vault': () => vaultStatus,
    'DELETE sessions/': () => {
      state.signedIn = false;
      return {};
    },
  };
}

export type FakeServer = AsyncDisposable & {
  url: string;
  /** Answers that were given up by the client before their end. */ abandoned(): number;
};

export async function startFakeServer(
  options: {
    port?: number;
    signedIn?: boolean;
    empty?: boolean;
    /** Where the app was built to. */ dist?: string;
  } = {},
): Promise<FakeServer> {
  let abandoned = 0;
  const table = routes({ signedIn: options.signedIn ?? true, empty: options.empty ?? false, mcpRows: false });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const answer = url.pathname.startsWith('/api/v1/')
      ? answerApi(request, response, url, table, () => {
          abandoned += 1;
        })
      : url.pathname === '/evaluation/link'
        ? sendProblem(response, 410, 'identity/link_used', 'this link was used or is too old')
        : sendPage(options.dist ?? BUILT, url, response);
    void answer.catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    abandoned: () => abandoned,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  table: Record<string, Route>,
  onAbandoned: () => void,
): Promise<void> {
  const parts = url.pathname.replace('/api/v1/', '').split('/').map(decodeURIComponent);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body =
    request.headers['content-type'] === 'application/json'
      ? (JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>)
      : {};
  if (request.method !== 'GET' && request.headers['x-strongroom'] !== '1')
    return sendProblem(response, 403, 'http/forged', 'the request did not come from this app');
  if (request.method === 'POST' && (parts[0] === 'ask' || parts[0] === 'questions'))
    return sendFrames(response, String(body['question'] ?? body['sql']), parts[0] !== 'ask', onAbandoned);
  if (parts.join('/') === 'ledger/tail') return sendTail(response, Number(url.searchParams.get('after')));
  const route =
    table[`${request.method} ${parts.join('/')}`] ??
    (parts.length > 1 ? table[`${request.method} ${parts[0]}/`] : undefined) ??
    (request.method === 'GET' ? undefined : () => ({}));
  const answer = route?.({ url, body, parts });
  if (answer instanceof Refused) return sendProblem(response, answer.status, answer.code, answer.title, answer.members);
  if (answer === null) return sendProblem(response, 401, 'identity/signed_out', 'nobody is signed in');
  if (answer === undefined) return sendProblem(response, 404, 'http/not_found', 'there is nothing at this address');
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
}

async function sendFrames(
  response: ServerResponse,
  words: string,
  bySql: boolean,
  onAbandoned: () => void,
): Promise<void> {
  response.setHeader('content-type', ANSWER_MEDIA_TYPE);
  response.once('close', () => {
    if (!response.writableFinished) onAbandoned();
  });
  for await (const frame of framesOf(words, bySql)) {
    if (response.destroyed) return;
    response.write(frame);
  }
  response.end();
}

/** Two entries that come at once, and then nothing more. */
async function sendTail(response: ServerResponse, after: number): Promise<void> {
  response.setHeader('content-type', 'text/event-stream');
  response.write(`id: ${after}\n\n`);
  for (const position of [after + 1, after + 2])
    response.write(encodeStreamEvent({ id: position, event: 'entry', data: JSON.stringify(entryOf(position, at(0))) }));
}

async function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  title: string,
  members: Record<string, unknown> = {},
): Promise<void> {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ ...members, ...problem(code, status, title) }));
}

async function sendPage(dist: string, url: URL, response: ServerResponse): Promise<void> {
  const name = path.extname(url.pathname) === '' ? '/index.html' : url.pathname;
  const nonce = randomBytes(16).toString('base64');
  const content = await readFile(path.join(dist, path.normalize(name)));
  response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
  if (name === '/index.html') {
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
    );
    response.end(content.toString().replaceAll('__CSP_NONCE__', nonce));
  } else response.end(content);
}

if (process.argv[1] === import.meta.filename) {
  const { url } = await startFakeServer({ port: Number(process.argv[2] ?? 5199) });
  process.stdout.write(`Looking at ${url}\n`);
}
