import type { Question } from '@strongroom/protocol';
import type { Session } from '../../session.ts';

export async function list({ server, terminal }: Session): Promise<void> {
  const answer = await server.call<{ questions: Question[] }>('GET', 'questions');
  if (terminal.json) return terminal.printJson(answer);
  const { questions } = answer;
  if (questions.length === 0) return terminal.aside('no earlier questions; only those you asked as yourself are yours');
  const columns = [
    { title: 'id' },
    { title: 'asked' },
    { title: 'source' },
    { title: 'outcome' },
    { title: 'question' },
  ];
  terminal.table(
    columns,
    questions.map(({ id, askedAt, source, outcome, question, sql }) => [
      id,
      askedAt,
      source,
      outcome,
      question ?? sql.asked,
    ]),
  );
}
