import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingPlanted } from '../../contracts/test-outbound-scan.ts';
import { ledgerRoutes } from './routes.ts';
import { askerOfTheirOwn, startTestLedgers, type TestLedgers } from './start-test-ledger.ts';

let ledgers: TestLedgers;

beforeAll(async () => {
  ledgers = await startTestLedgers();
});
afterAll(() => ledgers[Symbol.asyncDispose]());

test('an export of the installation’s log is told from one of the workspace’s own, and by which right it happened', async () => {
  const ledger = ledgers.start();
  const asker = askerOfTheirOwn();
  const reply = { header: () => reply, type: () => reply, send: () => reply } as unknown as FastifyReply;
  const call = {
    asker,
    signal: new AbortController().signal,
    request: {} as FastifyRequest,
    reply,
    receipt: null,
    throughGate: async () => null,
  };
  for (const name of ['ledger.export-installation', 'ledger.export'])
    await ledgerRoutes(ledger, nothingPlanted)
      .find((verb) => verb.name === name)
      ?.handle({ ...call, input: {} });
  const { entries } = await ledger.list(asker.workspaceId, { limit: 10, action: 'ledger.exported' });
  expect(entries.map(({ resource, decision }) => [resource, decision?.reason])).toEqual([
    [null, 'permission ledger.read'],
    ['installation', 'permission workspace.manage'],
  ]);
});
