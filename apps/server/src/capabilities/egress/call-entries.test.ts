import { expect, test } from 'vitest';
import type { Asker, AuditContext, AuditEvent } from '#contracts';
import { createCallEntries } from './call-entries.ts';

const asker = (tokenId: string, requestId: string): Asker => ({
  workspaceId: 'w',
  personId: 'p',
  email: 'ada@example.org',
  name: 'Ada',
  role: 'viewer',
  teams: [],
  sessionId: null,
  tokenId,
  own: true,
  address: '192.0.2.7',
  requestId,
});

type Appended = { readonly context: AuditContext; readonly event: AuditEvent; commit(): void; fail(): void };

/** An audit log whose commits end when the test says so. */
function start() {
  const appended: Appended[] = [];
  const entries = createCallEntries(
    {
      append: (context, event) => {
        const { promise, resolve, reject } = Promise.withResolvers<{ entryId: string; at: string }>();
        const entryId = String(appended.length);
        const [commit, fail] = [() => resolve({ entryId, at: '' }), () => reject(new Error('no ledger'))];
        appended.push({ context, event, commit, fail });
        return promise;
      },
    },
    'host',
  );
  return { appended, entries };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('one call after another has an entry each, which names its request', async () => {
  const { appended, entries } = start();
  for (const request of ['r1', 'r2']) {
    const receipt = entries.append(asker('t', request), 'small');
    appended.at(-1)?.commit();
    await receipt;
    await turn();
  }
  expect(appended.map(({ context, event }) => [context.requestId, event.counts])).toEqual([
    ['r1', { calls: 1 }],
    ['r2', { calls: 1 }],
  ]);
});

test('calls that come during a commit share the next entry, and none goes on before it is durable', async () => {
  const { appended, entries } = start();
  const gone: string[] = [];
  const call = (request: string) =>
    entries.append(asker('t', request), 'small').then(({ entryId }) => gone.push(`${request} by ${entryId}`));
  const calls = ['r1', 'r2', 'r3'].map(call);
  await turn();
  expect([appended.length, gone]).toEqual([1, []]);
  appended[0]?.commit();
  await turn();
  expect([appended.length, gone]).toEqual([2, ['r1 by 0']]);
  calls.push(call('r4'));
  await turn();
  expect([appended.length, appended[1]?.event.counts, appended[1]?.context.requestId]).toEqual([2, { calls: 2 }, null]);
  appended[1]?.commit();
  await turn();
  expect([appended.length, gone.length]).toEqual([3, 3]);
  appended[2]?.commit();
  await Promise.all(calls);
  expect(gone).toEqual(['r1 by 0', 'r2 by 1', 'r3 by 1', 'r4 by 2']);
});

test('other keys and models are not in the same entry, and do not wait for each other', async () => {
  const { appended, entries } = start();
  void entries.append(asker('t', 'r1'), 'small');
  void entries.append(asker('t', 'r2'), 'large');
  void entries.append(asker('u', 'r3'), 'small');
  await turn();
  expect(appended.map(({ event }) => event.resource)).toEqual(['small at host', 'large at host', 'small at host']);
});

test('an entry that fails fails its calls alone', async () => {
  const { appended, entries } = start();
  const calls = ['r1', 'r2', 'r3'].map((request) => entries.append(asker('t', request), 'small'));
  appended[0]?.fail();
  await turn();
  appended[1]?.commit();
  expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});
