import type { AnswerEvent, Frame } from '@strongroom/protocol';
import { expect, test } from 'vitest';
import type { ModelStatement } from '#egress';
import { refusalIn } from './refusal-in.ts';

const statement = 'select date_part(1), x from flights' as ModelStatement;
const stopped = (
  over: Partial<Extract<AnswerEvent, { type: 'stopped' }>>,
  problem: Record<string, unknown>,
): Frame => ({
  kind: 'event',
  event: {
    type: 'stopped',
    step: 'guard',
    outcome: null,
    understanding: null,
    receipt: null,
    ...over,
    problem: { type: 'x', title: 'planted-row-value', status: 400, code: 'query/syntax', ...problem },
  },
});

test('what came of running a statement is never told, whatever its code', () => {
  for (const code of ['query/failed', 'query/timeout', 'query/syntax', 'query/denied', 'query/source_unavailable'])
    expect(refusalIn(stopped({ step: 'run' }, { code }), statement)).toBeNull();
});

test('nor is a refusal that no other statement would change', () => {
  for (const code of [
    'query/run_sql_off',
    'query/rights_changed',
    'query/policy_broken',
    'query/not_select',
    'query/cancelled',
  ])
    expect(refusalIn(stopped({}, { code }), statement)).toBeNull();
});

test('of what the guard says a code and a place are taken, and no text', () => {
  expect(refusalIn(stopped({}, { position: 7, detail: 'planted' }), statement)).toEqual({
    code: 'query/syntax',
    position: 7,
    statement,
  });
  expect(refusalIn(stopped({}, { code: 'query/not_allowed', construct: 'function DATE_PART' }), statement)).toEqual({
    code: 'query/not_allowed',
    position: 8,
    statement,
  });
  const elsewhere = refusalIn(stopped({}, { code: 'query/not_allowed', construct: 'planted-row-value' }), statement);
  expect(elsewhere).toEqual({ code: 'query/not_allowed', position: null, statement });
});
