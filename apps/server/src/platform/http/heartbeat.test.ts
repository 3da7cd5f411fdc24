import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Asker, type AuditEvent, type Verb, verb } from '#contracts';
import { createLog } from '#platform/log';
import { createHttp, type Http } from './create-http.ts';

const asker: Asker = {
  workspaceId: '11111111-1111-4111-8111-111111111111',
  personId: 'p',
  email: 'p@example.com',
  name: 'P',
  role: 'viewer',
  teams: [],
  sessionId: 's',
  tokenId: null,
  own: true,
  address: null,
  requestId: 'r',
};
const common = { permission: 'ask', audit: null, input: z.object({}), output: null, summary: 's' } as const;
const verbs: Verb[] = [
  verb({ ...common, name: 'notes.beat', method: 'PUT', path: '/beat', isHeartbeat: true, handle: async () => {} }),
  verb({ ...common, name: 'notes.read', method: 'GET', path: '/notes', handle: async () => {} }),
];
let http: Http;
let origin: string;
let entries: AuditEvent[];
/** Of each request, whether it was taken for something that a person does. */
let uses: (boolean | undefined)[];

beforeAll(async () => {
  http = await createHttp({
    config: { host: '127.0.0.1', port: 0, publicUrl: null, tls: null, issuer: null },
    tlsKey: null,
    identity: {
      workspaceId: asker.workspaceId,
      authenticate: async (request, isUse) => {
        uses.push(isUse);
        return request.cookies['strongroom'] === 'good' ? asker : null;
      },
      onSessionEnded: () => {},
    },
    access: { allows: () => true },
    audit: { append: async (_context, event) => ({ entryId: String(entries.push(event)), at: '' }) },
    log: createLog({ level: 'silent' }),
    verbs,
    rootVerbs: [],
    mounts: [],
    readiness: { database: async () => {} },
    webFolder: '/nowhere',
    version: '0',
  });
  origin = await http.listen();
});
afterAll(() => http.stop());
beforeEach(() => {
  entries = [];
  uses = [];
});

const call = async (method: string, path: string, headers: Record<string, string>): Promise<number> =>
  (await fetch(`${origin}/api/v1/${path}`, { method, headers })).status;
const own = { cookie: 'strongroom=good', 'x-strongroom': '1', 'sec-fetch-site': 'same-origin' };

test('a heartbeat leaves no entry and is no use of a session; what a person does is', async () => {
  expect(await call('PUT', 'beat', own)).toBe(204);
  expect([uses, entries]).toEqual([[false], []]);
  expect(await call('GET', 'notes', own)).toBe(204);
  expect(uses).toEqual([false, true]);
});

test('it is let in by the same door as everything, and its refusals are in the log', async () => {
  expect(await call('PUT', 'beat', { cookie: 'strongroom=good' })).toBe(403);
  expect(await call('PUT', 'beat', { ...own, 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await call('PUT', 'beat', { ...own, cookie: 'strongroom=bad' })).toBe(401);
  expect(entries.map(({ action, decision }) => [action, decision.reason])).toEqual([
    ['notes.refused', 'http/cross_site'],
    ['notes.refused', 'http/cross_site'],
    ['notes.refused', 'http/sign_in_needed'],
  ]);
});
