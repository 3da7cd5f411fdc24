import type { AnswerEvent, Attempt, DisclosureView, Understanding } from '@strongroom/protocol';
import { policyInShort, readRules } from '../../components/sql/rules.ts';
import { visible } from '../../components/visible.ts';
import { count } from '../../components/words.ts';
import type { AnswerState } from './answers.ts';
import { refusalOf } from './refusal.ts';

// The way of an answer: five steps, always these, always in this order.

export type StepName = 'sent' | 'asked' | 'run' | 'rows' | 'receipt';
export type StepState = 'waiting' | 'working' | 'done' | 'stopped' | 'skipped';
/** `gentle`: it stopped without anybody being refused: not sure, or cancelled. */
export type Step = { name: StepName; title: string; state: StepState; line: string; gentle: boolean };

export type Way = {
  steps: readonly Step[];
  disclosure: DisclosureView | null;
  /** As it is kept, for a follow-up. */
  questionId: string | null;
  /** What went before, where a model was asked to mend its statement. */
  attempts: readonly Attempt[];
  asked: string | null;
  run: string | null;
  rules: readonly string[];
  source: string | null;
  translator: string | null;
  understanding: Understanding | null;
  receipt: string | null;
  completion: Extract<AnswerEvent, { type: 'completed' }> | null;
  stopped: Extract<AnswerEvent, { type: 'stopped' }> | null;
};

const ORDER: readonly StepName[] = ['sent', 'asked', 'run', 'rows', 'receipt'];
const TITLES: Record<StepName, string> = {
  sent: 'Sent',
  asked: 'SQL asked',
  run: 'SQL run',
  rows: 'Rows',
  receipt: 'Receipt',
};
const STOPS: Record<'disclose' | 'translate' | 'guard' | 'run', StepName> = {
  disclose: 'sent',
  translate: 'asked',
  guard: 'run',
  run: 'rows',
};

export function wayOf(state: AnswerState): Way {
  // What came before a statement was refused is of an earlier attempt.
  const events = state.events.slice(state.events.findLastIndex(({ type }) => type === 'retried') + 1);
  const find = <T extends AnswerEvent['type']>(type: T) =>
    events.find((event): event is Extract<AnswerEvent, { type: T }> => event.type === type) ?? null;
  const disclosed = find('disclosed');
  const translated = find('translated');
  const planned = find('planned');
  const released = find('released');
  const completed = find('completed');
  const stopped = find('stopped');
  const bySql = state.asking?.mode === 'sql';
  const facts = {
    disclosure: disclosed?.disclosure ?? null,
    questionId: state.events.find((event) => event.type === 'disclosed')?.questionId ?? null,
    attempts: attemptsIn(state.events),
    asked: translated?.asked ?? planned?.asked ?? (bySql ? (state.asking?.text ?? null) : null),
    run: planned?.run ?? null,
    rules: planned?.rules ?? [],
    source: planned?.source ?? translated?.source ?? state.asking?.source ?? null,
    translator: translated?.translator ?? null,
    understanding: stopped?.understanding ?? translated?.understanding ?? null,
    receipt: completed?.receipt ?? released?.receipt ?? stopped?.receipt ?? null,
    completion: completed,
    stopped,
  };
  const reached: Record<StepName, boolean> = {
    sent: disclosed !== null,
    asked: facts.asked !== null && (bySql || translated !== null || planned !== null),
    run: planned !== null,
    rows: completed !== null,
    receipt: facts.receipt !== null && (completed !== null || stopped !== null),
  };
  const stopsAt = stoppingStep(state, facts, reached);
  const steps = ORDER.map((name): Step => {
    const state_ = stateOf(name, { reached, stopsAt, bySql, asking: state.phase === 'asking' });
    return {
      name,
      title: TITLES[name],
      state: state_,
      line: lineOf(name, state_, facts, state),
      gentle: state_ === 'stopped' && (state.cancelled || stopped?.outcome === 'declined'),
    };
  });
  return { ...facts, steps };
}

function attemptsIn(events: readonly AnswerEvent[]): Attempt[] {
  let disclosure: DisclosureView | null = null;
  return events.flatMap((event) => {
    if (event.type === 'disclosed') ({ disclosure } = event);
    return event.type === 'retried' && disclosure !== null
      ? [{ disclosure, asked: event.asked, refused: event.refused }]
      : [];
  });
}

type Facts = Omit<Way, 'steps'>;

function stoppingStep(state: AnswerState, facts: Facts, reached: Record<StepName, boolean>): StepName | null {
  if (facts.stopped !== null) return STOPS[facts.stopped.step];
  if (state.phase !== 'done' || facts.completion !== null) return null;
  if (state.failure === null && !state.cancelled) return null;
  return ORDER.find((name) => !reached[name] && !(name === 'sent' && state.asking?.mode === 'sql')) ?? 'rows';
}

function stateOf(
  name: StepName,
  at: { reached: Record<StepName, boolean>; stopsAt: StepName | null; bySql: boolean; asking: boolean },
): StepState {
  if (name === at.stopsAt) return 'stopped';
  if (name === 'sent' && at.bySql) return 'skipped';
  if (at.reached[name]) return 'done';
  if (at.stopsAt !== null) return 'skipped';
  const before = ORDER.slice(0, ORDER.indexOf(name)).every(
    (earlier) => at.reached[earlier] || (earlier === 'sent' && at.bySql),
  );
  return at.asking && before ? 'working' : 'waiting';
}

function lineOf(name: StepName, step: StepState, facts: Facts, state: AnswerState): string {
  if (step === 'stopped')
    return state.cancelled
      ? 'You cancelled it here'
      : facts.stopped?.outcome === 'declined'
        ? 'Not sure, so it stopped here'
        : (refusalOf(facts.stopped)?.line ?? 'It stopped here');
  if (step === 'waiting') return '';
  if (name === 'sent')
    return state.asking?.mode === 'sql' ? 'Nothing: you wrote the SQL yourself' : sentLine(facts, step);
  if (name === 'asked')
    return facts.asked === null ? (step === 'working' ? 'Translating your words' : '') : oneLine(facts.asked);
  if (name === 'run')
    return facts.run === null
      ? step === 'working'
        ? 'Checking against the rules'
        : step === 'skipped'
          ? 'Nothing ran'
          : ''
      : runLine(facts);
  if (name === 'rows') return rowsLine(step, facts, state);
  return facts.receipt === null ? '' : `${shortId(facts.receipt)} in the audit log`;
}

function sentLine({ disclosure, attempts }: Facts, step: StepState): string {
  if (disclosure === null) {
    if (step !== 'working') return '';
    return attempts.length === 0 ? 'Choosing what may be told' : 'Its SQL was refused; telling it so';
  }
  const told = [
    count(disclosure.tables, 'table name'),
    count(disclosure.columns, 'column name'),
    disclosure.heldBack === undefined || disclosure.heldBack.length === 0
      ? 'your words'
      : `your words without ${count(disclosure.heldBack.length, 'value')}`,
  ].join(', ');
  if (disclosure.sentBytes === 0) return `Nothing left this server · the translator read ${told}`;
  const sentBytes = [...attempts, { disclosure }].reduce((sum, { disclosure: { sentBytes: more } }) => sum + more, 0);
  const times = attempts.length === 0 ? '' : `, in ${attempts.length + 1} goes`;
  return `${told} · ${count(sentBytes, 'byte')} to ${disclosure.recipient}${times}`;
}

function runLine(facts: Facts): string {
  const byPolicy = policyInShort(readRules(facts.rules));
  const parts = [
    ...(byPolicy === '' ? [] : [byPolicy]),
    facts.rules.length === 0 ? 'as asked' : `${count(facts.rules.length, 'rule')} applied`,
    oneLine(facts.run ?? ''),
  ];
  return parts.join(' · ');
}

function rowsLine(step: StepState, facts: Facts, state: AnswerState): string {
  const rows = state.rows?.count ?? 0;
  if (step === 'working') return rows === 0 ? 'Waiting for the source' : `${count(rows, 'row')} so far`;
  if (step === 'skipped') return 'None arrived';
  if (rows === 0)
    return facts.completion?.outcome === 'filtered' ? 'None came back; a row filter applied to you' : 'None came back';
  return `${count(rows, 'row')} in this tab only; gone when you close it`;
}

function shortId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-4)}`;
}

function oneLine(sql: string): string {
  return visible(sql.replace(/\s+/g, ' ').trim().slice(0, 400));
}
