import { expect, test } from 'vitest';
import { readDefog, readSpider } from './collections.ts';
import { measureFound, measureSize, ourChooser } from './measure-choice.ts';

const spider = readSpider();
const defog = readDefog();

test.skipIf(spider === null)(
  'of 876 tables of Spider, those a question needs are told, in few tokens and with the columns that are needed, on the half that nothing was tuned on',
  async () => {
    const { tables, questions } = spider ?? { tables: [], questions: [] };
    expect([tables.length, questions.length]).toEqual([876, 1_034]);
    const heldOut = questions.filter(({ half }) => half === 'held out');
    const found = await measureFound(heldOut, ourChooser(tables));
    expect(found['R@5']).toBeGreaterThanOrEqual(92);
    expect(found['all-found@10']).toBeGreaterThanOrEqual(93);
    const size = await measureSize(heldOut, tables);
    expect(size.tokens).toBeLessThanOrEqual(1_500);
    expect(size.columns).toBeGreaterThanOrEqual(99.5);
  },
);

test.skipIf(spider === null || defog === null)(
  'so are those of another collection, put among the tables of Spider',
  async () => {
    const tables = [...(spider?.tables ?? []), ...(defog?.tables ?? [])];
    const found = await measureFound(defog?.questions ?? [], ourChooser(tables));
    expect(found['R@5']).toBeGreaterThanOrEqual(75);
    expect(found['all-found@10']).toBeGreaterThanOrEqual(78);
  },
);
