import type { AnswerEvent } from '@strongroom/protocol';

/** `line`: in the way of the answer, at the step that stopped. */
export type Refusal = { title: string; says: string; line: string };

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'query/denied': {
    title: 'You may not see this, or it is not there.',
    says: 'It names a source, table or column that does not exist or that you may not see; you are not told which. Nothing ran, so this says nothing about the data. An admin can give you access.',
    line: 'Denied, so nothing ran',
  },
  'query/run_sql_off': {
    title: 'SQL is turned off in this workspace.',
    says: 'An admin has turned it off for everybody, so no question is answered now. Your own rights are as they were.',
    line: 'SQL is turned off',
  },
  'query/rights_changed': {
    title: 'What you may see changed while this ran.',
    says: 'So it was stopped, and what had come until then is not shown. Ask again to get what you may see now.',
    line: 'Your rights changed while it ran',
  },
  'query/policy_broken': {
    title: 'The policy of this source no longer fits its tables.',
    says: 'Its tables changed after it was written. Until it is mended nothing runs, so that nobody sees too much. Tell whoever manages the source.',
    line: 'The policy no longer fits the tables',
  },
};

/** null for what is told as any problem is. */
export function refusalOf(stopped: Extract<AnswerEvent, { type: 'stopped' }> | null): Refusal | null {
  if (stopped === null) return null;
  return REFUSALS[stopped.outcome === 'denied' ? 'query/denied' : stopped.problem.code] ?? null;
}
