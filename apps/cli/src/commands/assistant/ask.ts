import type { Question } from '@strongroom/protocol';
import { CommandFailure } from '../../failure.ts';
import { printAnswer } from '../../print-answer.ts';
import type { Session } from '../../session.ts';

type AskOptions = { readonly source?: string; readonly follows?: string };

export async function ask(session: Session, question: string, { source, follows }: AskOptions): Promise<void> {
  await printAnswer(
    session,
    'ask',
    {
      question,
      ...(source === undefined ? {} : { source }),
      ...(follows === undefined ? {} : { follows: follows === 'last' ? await latest(session) : follows }),
    },
    null,
  );
}

async function latest({ server }: Session): Promise<string> {
  const { questions } = await server.call<{ questions: Question[] }>('GET', 'questions?limit=1');
  const id = questions[0]?.id;
  if (id === undefined)
    throw new CommandFailure('assistant/question_not_found', 'there is no earlier question of yours');
  return id;
}
