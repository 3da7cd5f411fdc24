import type { LedgerStatus } from '@strongroom/protocol';
import { expect, test } from 'vitest';
import { describeStatus } from './describe-status.ts';

const now = Date.parse('2026-01-02T12:00:00Z');
const witness: LedgerStatus['witnesses'][number] = {
  name: 'w.example',
  key: 'w.example+00000000+AAAA',
  size: 1200,
  at: '2026-01-02T11:58:00.000Z',
  waitingSince: '2026-01-02T11:59:00.000Z',
  problem: null,
};
const status: LedgerStatus = {
  entries: 1204,
  checkpoint: { size: 1204, at: '2026-01-02T11:59:59.000Z' },
  key: 'log+00000000+AAAA',
  problem: null,
  witnesses: [witness],
};
const said = (change: Partial<LedgerStatus>) => describeStatus({ ...status, ...change }, now);

test('a log that is signed and witnessed is said in a line, without worry', () => {
  expect(said({})).toEqual({
    text: '1,204 entries, signed; witnessed by w.example up to 1,200',
    isWorrying: false,
  });
  expect(said({ witnesses: [], checkpoint: { size: 1200, at: status.checkpoint?.at ?? '' } }).text).toBe(
    '1,204 entries, signed up to 1,200',
  );
  expect(said({ entries: 1, checkpoint: null, witnesses: [{ ...witness, size: null, at: null }] })).toEqual({
    text: '1 entry, not signed yet; not witnessed by w.example yet',
    isWorrying: false,
  });
});

test('a witness that has not signed for long, and a log that stopped, are worrying and say why', () => {
  const late = {
    ...witness,
    at: '2026-01-02T09:00:00.000Z',
    waitingSince: '2026-01-02T09:00:01.000Z',
    problem: { message: 'there was no answer', at: '2026-01-02T09:00:02.000Z' },
  };
  expect(said({ witnesses: [{ ...witness, name: 'v.example' }, late] })).toEqual({
    text: '1,204 entries, signed; witnessed by v.example up to 1,200; witnessed by w.example up to 1,200 (3 hours ago): there was no answer',
    isWorrying: true,
  });
  expect(said({ problem: 'the witness `w.example` holds another history' })).toEqual({
    text: 'Stopped: The witness `w.example` holds another history.',
    isWorrying: true,
  });
});
