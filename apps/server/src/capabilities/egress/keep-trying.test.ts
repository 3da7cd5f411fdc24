import { expect, test, vi } from 'vitest';
import { badReply, timeout, unavailable } from './errors.ts';
import { createKeepTrying, Outage } from './keep-trying.ts';

const signal = new AbortController().signal;
const busy = () => Promise.reject(new Outage(unavailable('status 503'), true));

test('a failure that may be over is tried again, three times at most', async () => {
  const attempt = vi
    .fn<() => Promise<string>>()
    .mockImplementationOnce(busy)
    .mockImplementationOnce(busy)
    .mockResolvedValueOnce('answered');
  expect(await createKeepTrying().run(attempt, signal)).toBe('answered');
  expect(attempt).toHaveBeenCalledTimes(3);
  const never = vi.fn<() => Promise<string>>(busy);
  await expect(createKeepTrying().run(never, signal)).rejects.toMatchObject({ code: 'egress/unavailable' });
  expect(never).toHaveBeenCalledTimes(3);
});

test.each([
  ['a reply that is no good', badReply('not JSON')],
  ['silence until the end of its time', new Outage(timeout(1_000), false)],
  ['a refusal', unavailable('status 401')],
])('%s is not tried again', async (_, problem) => {
  const attempt = vi.fn<() => Promise<string>>().mockRejectedValue(problem);
  await expect(createKeepTrying().run(attempt, signal)).rejects.toBe(
    problem instanceof Outage ? problem.problem : problem,
  );
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('who leaves while it waits is not kept waiting', async () => {
  const leaving = new AbortController();
  const attempt = vi.fn<() => Promise<string>>(async () => {
    leaving.abort();
    return busy();
  });
  await expect(createKeepTrying().run(attempt, leaving.signal)).rejects.toMatchObject({ code: 'egress/unavailable' });
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('after five failures in a row nobody is sent there for half a minute; then one is, and one that passes lets all', async () => {
  let nowMs = 0;
  const trying = createKeepTrying(() => nowMs);
  const down = vi.fn<() => Promise<string>>().mockRejectedValue(new Outage(unavailable('status 500'), false));
  const ask = (attempt: () => Promise<string>) =>
    trying.run(attempt, signal).catch((error: { code: string }) => error.code);
  for (let at = 0; at < 7; at += 1) expect(await ask(down)).toBe('egress/unavailable');
  expect(down).toHaveBeenCalledTimes(5);
  nowMs = 30_000;
  const [first, second] = await Promise.all([ask(down), ask(down)]);
  expect([first, second]).toEqual(['egress/unavailable', 'egress/unavailable']);
  expect(down).toHaveBeenCalledTimes(6);
  nowMs = 60_000;
  expect(await ask(async () => 'answered')).toBe('answered');
  expect(await ask(async () => 'answered')).toBe('answered');
});

test('a reply that is no good, or an asker who leaves, says nothing of the endpoint', async () => {
  const trying = createKeepTrying(() => 0);
  for (let at = 0; at < 9; at += 1)
    await trying.run(() => Promise.reject(badReply('not JSON')), signal).catch(() => null);
  for (let at = 0; at < 9; at += 1) await trying.run(busy, AbortSignal.abort()).catch(() => null);
  expect(await trying.run(async () => 'answered', signal)).toBe('answered');
});
