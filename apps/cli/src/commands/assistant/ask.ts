import { printAnswer } from '../../print-answer.ts';
import type { Session } from '../../session.ts';

export async function ask(session: Session, question: string, options: { source?: string }): Promise<void> {
  await printAnswer(
    session,
    'ask',
    { question, ...(options.source === undefined ? {} : { source: options.source }) },
    null,
  );
}
