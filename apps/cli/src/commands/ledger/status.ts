import type { LedgerStatus } from '@strongroom/protocol';
import { plainLine } from '../../plain-text.ts';
import type { Session } from '../../session.ts';

/** What the server says of itself; `ledger verify --witness` checks it. */
export async function status(
  { server, terminal }: Session,
  { installation = false }: { installation?: boolean },
): Promise<void> {
  const path = installation ? 'installation/ledger/status' : 'ledger/status';
  const answer = await server.call<LedgerStatus>('GET', path);
  if (terminal.json) return terminal.printJson(answer);
  const { entries, checkpoint, key, problem, witnesses } = answer;
  const signed = checkpoint === null ? 'none signed' : `signed up to ${checkpoint.size} at ${checkpoint.at}`;
  terminal.line(problem === null ? `${entries} entries, ${signed}` : `STOPPED: ${plainLine(problem)}`);
  if (problem !== null) terminal.line(`${entries} entries, ${signed}`);
  terminal.line(`key: ${plainLine(key)}`);
  if (witnesses.length === 0) return terminal.aside('No witness is asked; STRONGROOM_WITNESSES names those that are');
  const columns = [
    { title: 'witness' },
    { title: 'up to', right: true },
    { title: 'signed at' },
    { title: 'waiting since' },
    { title: 'problem' },
  ];
  terminal.table(
    columns,
    witnesses.map(({ name, size, at, waitingSince, problem: trouble }) => [
      name,
      size,
      at,
      waitingSince,
      trouble?.message,
    ]),
  );
}
