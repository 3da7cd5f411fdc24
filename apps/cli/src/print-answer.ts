import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer, Understanding } from '@strongroom/protocol';
import { showAnswer, showUnderstanding, showWay } from './answer-view.ts';
import { CommandFailure } from './failure.ts';
import { holdLease } from './hold-lease.ts';
import { plainJson } from './plain-text.ts';
import type { Session } from './session.ts';

/**
 * Sends a question or a query and prints its answer. A denial and a question that can't be translated print their
 * object too, and are then thrown as the failures they are.
 */
export async function printAnswer(
  { server, terminal }: Session,
  path: string,
  body: Readonly<Record<string, unknown>>,
  asked: string | null,
): Promise<void> {
  try {
    const text = await holdLease(server, async (lease) => {
      const response = await server.open('POST', path, { body: { ...body, lease } });
      return terminal.json && process.stdout.isTTY !== true ? passOn(response) : response.text();
    });
    if (text === null) return;
    if (terminal.json) return terminal.line(plainJson(text));
    showAnswer(terminal, JSON.parse(text) as Answer);
  } catch (error) {
    if (!(error instanceof CommandFailure))
      throw new CommandFailure('cli/cut_off', 'the connection ended inside the answer');
    const refusal = refusalOf(error, asked);
    if (refusal !== null && terminal.json) terminal.printJson(refusal);
    if (refusal !== null && !terminal.json) showRefusal(terminal, refusal);
    throw error;
  }
}

/** Straight through, at the pace of whoever reads our output: nothing of the answer stays here. */
async function passOn(response: Response): Promise<null> {
  if (response.body === null) return null;
  await pipeline(Readable.fromWeb(response.body), process.stdout, { end: false });
  if (!process.stdout.write('\n')) await once(process.stdout, 'drain');
  return null;
}

type Refusal = Partial<Answer> & { outcome: string; understanding?: Understanding | null };

function refusalOf(error: CommandFailure, asked: string | null): Refusal | null {
  const body = error.body ?? {};
  const outcome = body['outcome'] ?? (error.code === 'query/denied' ? 'denied' : null);
  if (outcome !== 'denied' && outcome !== 'declined') return null;
  return { columns: [], rows: [], sql: { asked, run: null }, ...body, outcome };
}

function showRefusal(terminal: Session['terminal'], refusal: Refusal): void {
  if (refusal.outcome === 'denied') terminal.line('Denied, so nothing ran: this says nothing about the data.');
  if (refusal.understanding) showUnderstanding(terminal, refusal.understanding);
  showWay(terminal, refusal);
}
