import { type AskedQuestion, type Collection, readDefog, readSpider } from './collections.ts';
import { besideBound, type Bench, type Figure } from './compare.ts';
import { measureChoiceSpeed, measureWholeSpeed } from './disclosure-speed.ts';
import { measureFound, measureSize, ourChooser } from './measure-choice.ts';
import { plainChooser } from './plain-search.ts';

const TOKENS_MAX = 1_500;

/** Which tables a model is told of, and how soon. Nothing is tuned here: the weights are in the code, and were tuned on the tuning half. */
export const bench: Bench = async function* () {
  const [spider, defog] = [readSpider(), readDefog()];
  // Each has said in one line what is missing.
  if (spider === null) return;
  for (const half of ['tuning', 'held out'] as const) {
    const questions = spider.questions.filter((question) => question.half === half);
    yield* compareFound(`spider, ${half} half`, { ...spider, questions });
    yield* sizeOf(`spider, ${half} half`, questions, spider);
  }
  if (defog !== null)
    yield* compareFound('defog among spider', { ...defog, tables: [...spider.tables, ...defog.tables] });
  yield* measureChoiceSpeed(spider.tables, spider.questions);
  yield* measureWholeSpeed(spider.tables, spider.questions);
};

async function* compareFound(name: string, { tables, questions }: Collection): AsyncGenerator<Figure> {
  const ours = await measureFound(questions, ourChooser(tables));
  const peer = await measureFound(questions, plainChooser(tables));
  for (const measure of ['R@5', 'all-found@5', 'R@10', 'all-found@10'] as const)
    yield {
      name: `${name}: ${measure}`,
      ours: ours[measure],
      peer: peer[measure],
      peerName: 'minisearch, plain BM25',
      ratio: ours[measure] / peer[measure],
      unit: '%',
      better: 'higher',
    };
}

async function* sizeOf(
  name: string,
  questions: readonly AskedQuestion[],
  { tables }: Collection,
): AsyncGenerator<Figure> {
  const { tokens, columns } = await measureSize(questions, tables);
  yield besideBound(`${name}: schema sent`, tokens, TOKENS_MAX, 'tokens', 'lower');
  yield besideBound(`${name}: needed columns told`, columns, 100, '%', 'higher');
}
