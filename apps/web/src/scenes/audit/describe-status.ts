import type { LedgerStatus } from '@strongroom/protocol';
import { ago, count, number, sentence } from '../../components/words.ts';

/** A witness may be restarted or cut off for a while; who looks is told when it lasts longer. */
const waitingMsMax = 10 * 60_000;

/** How far the log is signed and witnessed, in a line. `isWorrying`: it has stopped, or a witness has not signed for long. */
export function describeStatus(status: LedgerStatus, now: number = Date.now()): { text: string; isWorrying: boolean } {
  if (status.problem !== null) return { text: `Stopped: ${sentence(status.problem)}`, isWorrying: true };
  const { entries, checkpoint, witnesses } = status;
  const isWhole = checkpoint !== null && checkpoint.size >= entries;
  const signed = isWhole
    ? 'signed'
    : checkpoint === null
      ? 'not signed yet'
      : `signed up to ${number(checkpoint.size)}`;
  const late = witnesses.map((witness) => isLate(witness, now));
  const parts = witnesses.map(({ name, size, at, problem }, index) => {
    const seen = size === null ? `not witnessed by ${name}` : `witnessed by ${name} up to ${number(size)}`;
    if (late[index] !== true) return size === null ? `${seen} yet` : seen;
    const when = at === null ? '' : ` (${ago(at, now)})`;
    return `${seen}${when}${problem === null ? '' : `: ${problem.message}`}`;
  });
  return {
    text: [`${count(entries, 'entry', 'entries')}, ${signed}`, ...parts].join('; '),
    isWorrying: late.includes(true),
  };
}

function isLate({ waitingSince }: LedgerStatus['witnesses'][number], now: number): boolean {
  return waitingSince !== null && now - Date.parse(waitingSince) > waitingMsMax;
}
