import type { LedgerEntry } from '@strongroom/protocol';
import { proveEntry } from '../../api/verbs.ts';
import { checkMemory, countOtherLogs, type LogMemory, recallLog, rememberLog } from './log-memory.ts';
import { type Check, type EntryChecks, type LogState, type Verdict, verifyEntry } from './verify-entry.ts';

/** The way of the proof: five steps, always these, always in this order. */
export type ProofStep = Check & { readonly name: string };
export type CheckedEntry = {
  readonly verdict: Exclude<Verdict, 'skipped'>;
  readonly steps: readonly ProofStep[];
  /** The proof as it came, for checking it elsewhere. */
  readonly text: string;
  /** A log to remember only once a person has compared its key; null where there is nothing to decide. */
  readonly stranger: LogState | null;
};

/** Fetches the entry's proof and checks it in this tab; remembers the log when all holds. Throws as `proveEntry`. */
export async function checkEntry(shown: LedgerEntry, origin: string): Promise<CheckedEntry> {
  // Before the proof is made: what another tab sees meanwhile may rightly be newer than this answer.
  const known = recallLog(origin);
  const text = await proveEntry(shown.id);
  const checks = await verifyEntry(text, shown, origin);
  const { fields, entry, tree, signature, log } = checks;
  const key = checkKey(checks, known, origin);
  const steps = [
    { name: 'Fields', ...fields },
    { name: 'Entry', ...entry },
    { name: 'Tree', ...tree },
    { name: 'Signature', ...signature },
    { name: 'Key', ...key.check },
  ];
  return { verdict: verdictOf(steps), steps, text, stranger: key.isStranger ? log : null };
}

/** Trust on first use: the first key of a log is believed and remembered, any other from then on refused. */
function checkKey(
  checks: EntryChecks,
  known: LogMemory | null,
  origin: string,
): { check: Check; isStranger?: boolean } {
  const { fields, entry, tree, signature, log } = checks;
  const facts = log === null ? [] : ([['key', log.key]] as const);
  const holds = verdictOf([fields, entry, tree, signature]) === 'holds';
  if (log !== null && known !== null) {
    const check = checkMemory(known, log);
    if (holds && check.verdict === 'holds') rememberLog(origin, log, new Date());
    return { check };
  }
  if (log === null || !holds) return { check: { verdict: 'skipped', says: 'Not known, and not remembered', facts } };
  if (countOtherLogs(origin) > 0)
    return {
      check: { verdict: 'unsure', says: 'New here, where others are known', facts },
      isStranger: true,
    };
  if (!rememberLog(origin, log, new Date()))
    return { check: { verdict: 'unsure', says: 'Not known: nothing is kept here', facts } };
  return { check: { verdict: 'holds', says: 'First seen now; remembered', facts } };
}

function verdictOf(checks: readonly Check[]): CheckedEntry['verdict'] {
  if (checks.some(({ verdict }) => verdict === 'fails')) return 'fails';
  return checks.every(({ verdict }) => verdict === 'holds') ? 'holds' : 'unsure';
}
