import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ProblemError } from '@strongroom/protocol';
import { type Asker, type AuditEvent, tool, verb } from '#contracts';
import { createLog } from '#platform/log';
import { createHttp, type Http } from './index.ts';

const asker: Asker = {
  workspaceId: 'w',
  personId: 'p',
  email: 'ada@example.com',
  name: 'Ada',
  role: 'viewer',
  teams: [],
  sessionId: null,
  tokenId: 't',
  own: true,
  address: null,
  requestId: 'r',
};

let entries: (AuditEvent & { id: string })[];
let auditRoom: number;
let acts: { input: unknown; receipt: string | null; entriesBefore: number }[];
let lines: string[] = [];
let http: Http;

const tools = {
  note: tool({
    name: 'notes.note',
    summary: 'note',
    permission: 'ask',
    audit: 'notes.noted',
    input: z.object({ body: z.strictObject({ text: z.string().max(5) }) }),
    output: z.object({ text: z.string() }),
    resource: ({ body }) => body.text,
    handle: async ({ input, receipt }) => {
      acts.push({ input, receipt, entriesBefore: entries.length });
      if (input.body.text === 'taken') throw new ProblemError('notes/taken', 409, 'it is taken');
      if (input.body.text === 'fault') throw new Error('secret-detail');
      return { text: input.body.text, hidden: 'never' };
    },
  }),
  manage: tool({
    name: 'notes.manage',
    summary: 'manage',
    permission: 'workspace.manage',
    audit: 'notes.managed',
    input: z.object({ body: z.unknown() }),
    output: null,
    handle: async () => {
      acts.push({ input: null, receipt: null, entriesBefore: 0 });
    },
  }),
};
const bodySchema = z.object({ tool: z.enum(['note', 'manage']), body: z.unknown() });

beforeAll(async () => {
  http = await createHttp({
    config: { host: '127.0.0.1', port: 0, publicUrl: null, tls: null, issuer: null },
    tlsKey: null,
    identity: { workspaceId: 'w', authenticate: async () => asker, onSessionEnded: () => {} },
    access: { allows: (_asker, permission) => permission !== 'workspace.manage' },
    audit: {
      append: async (_context, event) => {
        if (auditRoom <= 0) throw new ProblemError('ledger/unavailable', 503, 'the audit log can not be written');
        auditRoom -= 1;
        entries.push({ ...event, id: `e${entries.length + 1}` });
        return { entryId: `e${entries.length}`, at: '' };
      },
    },
    log: createLog({ level: 'info', stream: { write: (line) => void lines.push(line) } }),
    verbs: [
      verb({
        name: 'notes.relay',
        method: 'POST',
        path: '/relay',
        summary: 'hand a tool to the gate',
        permission: 'signed-in',
        audit: null,
        auditsItself: true,
        input: z.object({ body: bodySchema }),
        output: z.object({ result: z.unknown(), code: z.string().nullable() }),
        handle: async ({ input: { body }, throughGate }) =>
          throughGate(tools[body.tool], body.body).then(
            (result) => ({ result, code: null }),
            (error: unknown) => ({ result: null, code: error instanceof ProblemError ? error.code : 'no problem' }),
          ),
      }),
    ],
    rootVerbs: [],
    mounts: [],
    readiness: { database: async () => {} },
    webFolder: tmpdir(),
    version: '0',
  });
  await http.listen();
});
afterAll(() => http.stop());
beforeEach(() => {
  entries = [];
  acts = [];
  lines = [];
  auditRoom = Infinity;
});

async function relay(name: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${http.origin()}/api/v1/relay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool: name, body }),
  });
  return response.json();
}
const said = () =>
  entries.map(({ action, resource, outcome, decision }) => [action, resource, outcome, decision.reason]);

test('a tool is in the audit log as begun before it acts and as done after, knows that entry, and answers no more than its schema', async () => {
  expect(await relay('note', { text: 'hello' })).toEqual({ result: { text: 'hello' }, code: null });
  expect(acts).toEqual([{ input: { body: { text: 'hello' } }, receipt: 'e1', entriesBefore: 1 }]);
  expect(said()).toEqual([
    ['notes.noted', 'hello', 'begun', 'permission ask'],
    ['notes.noted', 'hello', 'done', 'permission ask'],
  ]);
});

test('a tool that the asker may not call, or called with what it does not take, does nothing and is refused in the audit log', async () => {
  expect(await relay('manage', {})).toMatchObject({ code: 'http/forbidden' });
  for (const body of [{ text: 'too long' }, { text: 'a', more: 1 }, null])
    expect(await relay('note', body)).toMatchObject({ code: 'http/bad_input' });
  expect(acts).toEqual([]);
  expect(said()).toEqual([
    ['notes.managed', null, 'refused', 'http/forbidden'],
    ...Array.from({ length: 3 }, () => ['notes.noted', null, 'refused', 'http/bad_input']),
  ]);
});

test('a tool that can not be audited does nothing', async () => {
  auditRoom = 0;
  expect(await relay('note', { text: 'hello' })).toMatchObject({ code: 'ledger/unavailable' });
  expect(acts).toEqual([]);
});

test('a tool that fails is nowhere said to be done; a fault of ours is neither told nor logged with its text', async () => {
  expect(await relay('note', { text: 'taken' })).toMatchObject({ code: 'notes/taken' });
  expect(await relay('note', { text: 'fault' })).toMatchObject({ code: 'http/internal' });
  expect(said()).toEqual([
    ['notes.noted', 'taken', 'begun', 'permission ask'],
    ['notes.noted', 'taken', 'refused', 'notes/taken'],
    ['notes.noted', 'fault', 'begun', 'permission ask'],
    ['notes.noted', 'fault', 'failed', 'http/internal'],
  ]);
  expect(lines.join('')).toContain('notes.note');
  expect(lines.join('')).not.toContain('secret-detail');
});
