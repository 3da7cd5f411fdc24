import { type Checkpoint, openCheckpoint } from '../checkpoint.ts';
import { compactRange } from '../compact-range.ts';
import { LogError } from '../errors.ts';
import { equal } from '../verify-consistency.ts';
import { parseVerifierKey, printVerifierKey, type VerifierKey } from '../verifier-key.ts';
import { type ExportHeader, parseHeader, parseLine } from './export-lines.ts';
import { checkWitnesses } from './check-witnesses.ts';
import { checkPromises } from './check-promises.ts';
import { leafOf } from './leaf-of-entry.ts';
import { type Difference, nameDifferences } from './name-differences.ts';
import { witnessedAt, type WitnessedBy } from './witnessed-by.ts';

export type ExportReport = {
  /** Nothing is wrong. */
  readonly ok: boolean;
  /** One sentence each, the most telling first; empty when all is well. */
  readonly problems: readonly string[];
  readonly origin: string;
  /** The public key it was checked with, as text. */
  readonly key: string;
  /** How many entries the checkpoint covers. */
  readonly size: number;
  /** How many of them show no fields, only their hash: their key is gone or was spoilt, and nobody can tell which. */
  readonly closed: number;
  /** How far each of the witnesses that were asked for has seen what is here. */
  readonly witnesses: readonly WitnessedBy[];
};

/** What whoever verifies knows without the export. */
type Known = {
  readonly key?: VerifierKey | null;
  readonly held?: readonly string[];
  readonly witnesses?: readonly VerifierKey[];
  /** As `signPromise` gives them. */
  readonly promises?: readonly string[];
};

const problemsMax = 50;
/** Differences kept to be named; more are only counted. */
const differencesMax = 10_000;

/**
 * Checks an export line by line, in memory that does not grow with it: each entry's fields against their hashes, each
 * entry against its place in the tree, the tree against the signed checkpoint, and the places against each other.
 * `key`: the public key that whoever verifies knows; null takes the export's own word for it, which shows only that the
 * export agrees with itself. `held`: checkpoints that whoever verifies has kept; the log must contain each.
 * `promises`: given at the commits of entries; the log must hold each at its place.
 * `witnesses`: their public keys; each must have cosigned one of the checkpoints, and the report says up to where.
 * Throws `merkle-log/bad_export` when it is no export at all.
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  { key = null, held = [], witnesses = [], promises = [] }: Known = {},
): Promise<ExportReport> {
  const iterator = lines[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    const header = parseHeader(first.done === true ? '' : first.value);
    const used = key ?? parseVerifierKey(header.key);
    const problems: string[] = [];
    const opened = openHeader(header, used, held, problems);
    const promised = checkPromises(promises, used, problems);
    const entries = await checkEntries(iterator, opened, promised.see, problems);
    promised.finish(opened.checkpoint?.size ?? entries.seen);
    checkWitnesses(witnesses, used, (problem) => void problems.push(problem));
    const witnessed = witnesses.map((witness) => newestWitnessed(witness, entries.matched, problems));
    return {
      ok: problems.length === 0,
      problems: problems.slice(0, problemsMax),
      origin: header.origin,
      key: printVerifierKey(used),
      size: opened.checkpoint?.size ?? entries.seen,
      closed: entries.closed,
      witnesses: witnessed,
    };
  } finally {
    await iterator.return?.();
  }
}

type Opened = {
  readonly checkpoint: Checkpoint | null;
  /** Roots that the log must have had, smallest size first. */
  readonly milestones: readonly Milestone[];
};

type Milestone = Checkpoint & { readonly note: string; readonly held: boolean };

function openHeader(header: ExportHeader, key: VerifierKey, held: readonly string[], problems: string[]): Opened {
  const open = (note: string, what: string, isHeld = false): Milestone | null => {
    try {
      return { ...openCheckpoint(note, key), note, held: isHeld };
    } catch (error) {
      problems.push(`${what}: ${error instanceof LogError ? error.message : 'it is not readable'}`);
      return null;
    }
  };
  if (key.name !== header.origin) problems.push('the export is of another log than the key');
  else if (printVerifierKey(key) !== header.key) problems.push('the export names another key than the one you gave');
  const checkpoint = open(header.checkpoint, 'the checkpoint of the export');
  const own = header.earlier.map((note) => open(note, 'an earlier checkpoint of the export'));
  const kept = held.map((note) => open(note, 'a checkpoint you hold', true));
  const milestones = [...own, ...kept, checkpoint].filter((one) => one !== null);
  return { checkpoint, milestones: milestones.toSorted((one, other) => one.size - other.size) };
}

async function checkEntries(
  lines: AsyncIterator<string>,
  { checkpoint, milestones }: Opened,
  see: (entry: { readonly position: number; readonly leafHash: string }) => void,
  problems: string[],
): Promise<{ seen: number; closed: number; matched: readonly Milestone[] }> {
  const tree = compactRange();
  const differences: Difference[] = [];
  const waiting = [...milestones];
  const passed: Milestone[] = [];
  let [end, closed, matched, broken]: [number | null, number, number, boolean] = [null, 0, 0, false];

  const passMilestones = (): void => {
    for (let next = waiting[0]; next !== undefined && next.size <= tree.size; next = waiting[0]) {
      waiting.shift();
      if (equal(next.root, tree.root())) {
        matched = next.size;
        passed.push(next);
      } else if (next.held)
        problems.push(`the log does not begin with the ${next.size} entries whose checkpoint you hold`);
      else if (!broken) {
        broken = true;
        if (matched === next.size && next.size > 0)
          problems.push(`the log signed two histories: not all its checkpoints of ${next.size} entries agree`);
        else problems.push(`entries ${matched + 1} to ${next.size} are not those that were signed`);
      }
    }
  };

  passMilestones();
  let expected = 1;
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    if (line.value === '') continue;
    if (end !== null) throw new LogError('merkle-log/bad_export', 'there are lines after the end of the export');
    const entry = parseLine(line.value);
    if ('end' in entry) {
      end = entry.end;
      continue;
    }
    // However many there are, no more are kept than are told.
    if (entry.position !== expected && problems.length < problemsMax)
      problems.push(
        entry.position < expected
          ? `entry ${entry.position} comes twice or out of order`
          : missing(expected, entry.position - 1),
      );
    expected = Math.max(expected, entry.position + 1);
    if ('fields' in entry && 'hash' in entry.fields) closed += 1;
    const found = 'fields' in entry ? leafOf(entry).toString('hex') : '';
    const covered = checkpoint === null || entry.position <= checkpoint.size;
    if (covered && found !== entry.leafHash && differences.length < differencesMax)
      differences.push({ position: entry.position, found, signed: entry.leafHash });
    see(entry);
    tree.append(Buffer.from(entry.leafHash, 'hex'));
    passMilestones();
  }
  problems.unshift(...nameDifferences(differences));
  if (end === null) problems.push('the export was cut short');
  const size = checkpoint?.size ?? 0;
  if (end !== null && checkpoint !== null && end !== size)
    problems.push(`the export ends at entry ${end}, its checkpoint at entry ${size}`);
  if (tree.size < size && expected <= size) problems.push(missing(expected, size));
  for (const { size: signed, held } of waiting)
    if (held) problems.push(`the log was cut: you hold a checkpoint of ${signed} entries, and this one has ${size}`);
    else if (signed > size && checkpoint !== null)
      problems.push(`the log was cut: the export holds a checkpoint of ${signed} entries, and shows ${size}`);
  if (checkpoint !== null && tree.size > size)
    problems.push(`no checkpoint covers what comes after entry ${size} (${tree.size - size} more)`);
  return { seen: tree.size, closed, matched: passed };
}

/** Only what the tree here has counts: a witness's word for another history says nothing of this one. */
function newestWitnessed(witness: VerifierKey, matched: readonly Milestone[], problems: string[]): WitnessedBy {
  for (const { note, size } of matched.toReversed()) {
    const at = witnessedAt(note, witness);
    if (at !== null) return { name: witness.name, size, at };
  }
  problems.push(`no checkpoint here is signed by the witness \`${witness.name}\``);
  return { name: witness.name, size: null, at: null };
}

function missing(from: number, to: number): string {
  return from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`;
}
