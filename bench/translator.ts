import { sharedData, startServer } from '@strongroom/testkit';
import {
  addDefog,
  DEFOG_DATABASES,
  defogQuestions,
  type Measured,
  measureDefog,
  startDefog,
} from '../tests/journey/support/defog.ts';
import { type Bench, besideBound } from './compare.ts';

const ANSWERED_BOUND = 40;
const RIGHT_BOUND = 90;

/**
 * What the built-in translator answers of the defog collection, and how much of that is right. An answer is right when
 * it holds the rows of the collection's own SQL (`holdsTheRows` says how that is decided). The wrong ones and the
 * reasons of the rest go to standard error.
 */
export const bench: Bench = async function* () {
  const folder = sharedData('defog');
  if (folder === null) return;
  await using postgres = await startDefog(folder);
  await using server = await startServer({ env: { STRONGROOM_SAMPLE: 'off' } });
  await addDefog(server, postgres);
  const measured: Measured[] = [];
  for await (const one of measureDefog(server, postgres, await defogQuestions(folder))) {
    process.stderr.write(say(one));
    measured.push(one);
  }
  for (const database of DEFOG_DATABASES)
    yield* figures(
      database,
      measured.filter(({ question }) => question.db === database),
    );
  yield* figures('all', measured);
};

function* figures(name: string, measured: readonly Measured[]): Generator<ReturnType<typeof besideBound>> {
  const answered = measured.filter(({ result }) => result !== 'declined').length;
  const right = measured.filter(({ result }) => result === 'right').length;
  const answeredPart = (100 * answered) / measured.length;
  const rightPart = (100 * right) / answered;
  yield besideBound(`${name}: answered of ${measured.length}`, answeredPart, ANSWERED_BOUND, '%', 'higher');
  yield besideBound(`${name}: right of ${answered} answered`, rightPart, RIGHT_BOUND, '%', 'higher');
}

function say({ question, answer, result }: Measured): string {
  const told = answer.understanding;
  const lines = [`${result} [${question.db}] ${question.question}`];
  if (result === 'wrong') lines.push(`  asked ${answer.sql.asked ?? ''}`, `  meant ${question.query}`);
  if (result === 'declined')
    lines.push(
      `  not understood: ${told?.notUnderstood.join(', ') ?? answer.title ?? ''}; understood: ${told?.understood.join(', ') ?? ''}`,
    );
  return `${lines.join('\n')}\n`;
}
