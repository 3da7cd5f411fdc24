import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Asker, type AuditEvent, verb } from '#contracts';
import { createLog } from '#platform/log';
import { ProblemError } from '@strongroom/protocol';
import { createHttp, type Http } from './create-http.ts';

const WORKSPACE = '11111111-1111-4111-8111-111111111111';
let asker: Asker = {
  workspaceId: WORKSPACE,
  personId: 'p',
  email: 'p@example.com',
  name: 'P',
  role: 'viewer',
  teams: [],
  sessionId: null,
  tokenId: 't',
  own: true,
  address: null,
  requestId: 'r',
};
const RATE_PER_MINUTE = 3;

let http: Http;
let entries: AuditEvent[] = [];
let mayAsk = true;
let refusal: ProblemError | null = null;

beforeAll(async () => {
  const admitted = verb({
    name: 'notes.take',
    method: 'POST',
    path: '/take',
    summary: 's',
    permission: 'ask',
    audit: null,
    admit: async () => {
      if (refusal !== null) throw refusal;
    },
    leavesBody: true,
    input: z.object({}),
    output: null,
    handle: async () => {},
  });
  http = await createHttp({
    config: { host: '127.0.0.1', port: 0, publicUrl: 'http://127.0.0.1', tls: null, issuer: null },
    tlsKey: null,
    identity: { workspaceId: WORKSPACE, authenticate: async () => asker, onSessionEnded: () => {} },
    access: { allows: () => mayAsk },
    audit: { append: async (_context, event) => ({ entryId: String(entries.push(event)), at: '' }) },
    log: createLog({ level: 'silent' }),
    verbs: [admitted],
    rootVerbs: [],
    mounts: [],
    readiness: { database: async () => {} },
    webFolder: '/nowhere',
    version: '0',
    ratePerMinuteMax: RATE_PER_MINUTE,
  });
});
afterAll(() => http.stop());
beforeEach(() => {
  entries = [];
  [mayAsk, refusal] = [true, null];
  // Another person, for whom nothing is counted yet.
  asker = { ...asker, personId: crypto.randomUUID() };
});

/** The statuses of as many calls as would be too many, with a body that no parser takes. */
async function statuses(): Promise<number[]> {
  const seen: number[] = [];
  for (let time = 0; time < RATE_PER_MINUTE + 2; time += 1) {
    const headers = { host: '127.0.0.1', 'content-type': 'application/x-any' };
    seen.push((await http.app.inject({ method: 'POST', url: '/api/v1/take', headers, body: 'x' })).statusCode);
  }
  return seen;
}

test('who is let in by rules of a verb’s own is slowed down by these alone, and what they refuse as too often leaves no entry', async () => {
  expect(await statuses()).toEqual([204, 204, 204, 204, 204]);
  refusal = new ProblemError('notes/too_many', 429, 'you come too often');
  expect(await statuses()).toEqual([429, 429, 429, 429, 429]);
  expect(entries).toEqual([]);
  refusal = null;
  expect(await statuses()).toEqual([204, 204, 204, 204, 204]);
});

test.each([
  ['may not', () => (mayAsk = false), 403, 'http/forbidden'],
  ['is refused by them', () => (refusal = new ProblemError('notes/wrong', 400, 'this is wrong')), 400, 'notes/wrong'],
])('who %s is slowed down as everywhere, since each refusal leaves an entry', async (_what, refuse, status, code) => {
  refuse();
  expect(await statuses()).toEqual([status, status, status, 429, 429]);
  expect(entries.map(({ decision }) => decision.reason)).toEqual([code, code, code]);
});
