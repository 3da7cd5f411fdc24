import { type EntryProof, type Receipt, receiptFormat } from '@strongroom/merkle-log';
import type { Asker } from '#contracts';
import { nothingSent } from './errors.ts';
import type { History } from './history.ts';

export type ReceiptDeps = {
  readonly history: Pick<History, 'show'>;
  /** Of an entry of the audit log. */
  readonly prove: (workspaceId: string, entryId: string) => Promise<EntryProof>;
};

/**
 * The asker's own copy of what was sent for a question, with what it takes to check it anywhere. The entries it proves are of their own
 * acts: they need no right to the audit log. Throws `assistant/question_not_found` (404), `assistant/nothing_sent` (409).
 */
export async function showReceipt({ history, prove }: ReceiptDeps, asker: Asker, id: string): Promise<Receipt> {
  const { exchanges } = await history.show(asker, id);
  if (exchanges.length === 0) throw nothingSent();
  return {
    format: receiptFormat,
    exchanges: await Promise.all(
      exchanges.map(async ({ salt, sent, disclosed, answer }) => ({
        salt,
        sent,
        disclosed: await prove(asker.workspaceId, disclosed),
        answer:
          answer === null
            ? null
            : { received: answer.received, answered: await prove(asker.workspaceId, answer.answered) },
      })),
    ),
  };
}
